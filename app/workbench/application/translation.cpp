#include "app/workbench/application/translation.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QStandardPaths>
#include <QTranslator>

namespace moebel
{

namespace
{

// The first folder that has the language; the application owns the translator.
void install(QCoreApplication& application, const QLocale& locale, const QString& name, const QStringList& folders)
{
    for (const QString& folder : folders) {
        auto* translator = new QTranslator(&application);
        if (translator->load(locale, name, QStringLiteral("_"), folder)) {
            QCoreApplication::installTranslator(translator);
            return;
        }
        delete translator;
    }
}

}  // namespace

void installTranslations(QCoreApplication& application, const QLocale& locale)
{
    install(application, locale, QStringLiteral("qtbase"), {QLibraryInfo::path(QLibraryInfo::TranslationsPath)});
    install(application, locale, QStringLiteral("moebel"),
            QStandardPaths::locateAll(QStandardPaths::GenericDataLocation, QStringLiteral("moebel/translations"),
                                      QStandardPaths::LocateDirectory));
}

}  // namespace moebel
