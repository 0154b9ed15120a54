#include "app/workbench/application/theme.h"

#include <QApplication>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QSvgRenderer>
#include <QToolTip>

#include "app/workbench/application/theme_style.h"
#include "moebel/base/embedded.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

struct Role {
    const char* word;
    QPalette::ColorRole role;
};
constexpr Role kRoles[] = {
    {"window", QPalette::Window},
    {"windowText", QPalette::WindowText},
    {"base", QPalette::Base},
    {"alternateBase", QPalette::AlternateBase},
    {"text", QPalette::Text},
    {"placeholderText", QPalette::PlaceholderText},
    {"button", QPalette::Button},
    {"buttonText", QPalette::ButtonText},
    {"toolTipBase", QPalette::ToolTipBase},
    {"toolTipText", QPalette::ToolTipText},
    {"highlight", QPalette::Highlight},
    {"highlightedText", QPalette::HighlightedText},
    {"link", QPalette::Link},
    {"mid", QPalette::Mid},
    {"midlight", QPalette::Midlight},
    {"dark", QPalette::Dark},
    {"light", QPalette::Light},
    {"shadow", QPalette::Shadow},
    {"error", kErrorRole},
    {"warning", kWarningRole},
};

QPixmap drawn(const QByteArray& svg, const QColor& colour, int size)
{
    QByteArray coloured = svg;
    coloured.replace("currentColor", colour.name().toUtf8());
    QSvgRenderer renderer(coloured);
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return pixmap;
}

}  // namespace

QPalette themePalette(bool dark)
{
    const auto text = embeddedFile(dark ? "themes/dark.json" : "themes/light.json").value_or("{}");
    const QJsonObject colours = QJsonDocument::fromJson(QByteArray(text.data(), qsizetype(text.size()))).object();
    QPalette palette;
    for (const Role& role : kRoles) palette.setColor(role.role, QColor(colours.value(QLatin1String(role.word)).toString()));
    const QColor disabled(colours.value(QLatin1String("disabledText")).toString());
    for (QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, disabled);
    return palette;
}

void applyTheme(const QPalette& palette)
{
    QApplication::setStyle(new ThemeStyle);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
}

QIcon themedIcon(const QString& name, const QPalette& palette)
{
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray svg = file.readAll();
    QIcon icon;
    for (int size : {26, 52, 104}) icon.addPixmap(drawn(svg, palette.color(QPalette::ButtonText), size));
    return icon;
}

}  // namespace moebel
