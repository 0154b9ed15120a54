// Every widget with made-up data: `moebel-gallery [FILE.png]` shows them, or draws them into a file.
#include <QApplication>
#include <QGridLayout>
#include <cmath>

#include "moebel/experiment/language.h"
#include "widgets/plot/routing_map_widget.h"

namespace {

using namespace moebel;

RoutingMap madeUpMap(int layers, int experts, double lean)
{
    RoutingStats stats(std::vector<std::int64_t>(std::size_t(layers), experts), 1);
    const LanguageId language{0};
    stats.tokens(language) = 10'000;
    for (std::int32_t layer = 0; layer < layers; ++layer) {
        double sum = 0;
        std::vector<double> weights;
        for (int expert = 0; expert < experts; ++expert) {
            weights.push_back(std::exp((expert == 0 ? lean : 0) + std::sin(1.7 * expert + 0.9 * layer + lean)));
            sum += weights.back();
        }
        for (int expert = 0; expert < experts; ++expert)
            for (RoutingKind kind : kRoutingKinds)
                stats.row(kind, language)[stats.offset(LayerId{layer}) + expert] = 10'000 * weights[std::size_t(expert)] / sum;
    }
    return routingMap(stats, language, RoutingMeasure::MeanScore);
}

}  // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QWidget window;
    window.setWindowTitle(QStringLiteral("Widgets of Moebel"));
    auto* layout = new QGridLayout(&window);
    int place = 0;
    for (const char* code : {"el", "ar", "hi", "zh-CN"}) {
        auto* map = new RoutingMapWidget(&window);
        const int layers = 4 << place, experts = place == 3 ? 64 : 3 + 5 * place;
        const RoutingMap values = madeUpMap(layers, experts, 1.5 - place);
        map->setMap(values, QString::fromStdString(languageFacts(code).nativeName), scaleEnd(values.largest()));
        layout->addWidget(map, place / 2, place % 2);
        ++place;
    }
    window.resize(1200, 900);
    window.show();
    if (argc > 1) {
        application.processEvents();
        return window.grab().save(QString::fromLocal8Bit(argv[1])) ? 0 : 1;
    }
    return application.exec();
}
