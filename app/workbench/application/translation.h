// The window in the user's language.
#pragma once

class QCoreApplication;
class QLocale;

namespace moebel
{

/// Qt's own words from where Qt keeps them, the window's from moebel/translations/moebel_LANGUAGE.qm in the data folders
/// ($XDG_DATA_HOME first). What is missing stays English. scripts/translate.sh makes such a file.
void installTranslations(QCoreApplication& application, const QLocale& locale);

}  // namespace moebel
