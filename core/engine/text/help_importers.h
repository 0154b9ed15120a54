// Help pages of Debian packages: LibreOffice (HTML, parallel by path) and GNOME (Mallard, parallel by name).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/text/corpus.h"
#include "moebel/base/file.h"

namespace moebel {

/// Where help pages are looked for, in this order.
struct HelpFolders {
    std::filesystem::path system = "/";                        ///< packages that are installed
    std::filesystem::path cache = userCacheFolder() / "help";  ///< <package>/ as `dpkg-deb -x` unpacks it
};

/// "libreoffice-help-zh-cn" for zh-CN, "libreoffice-help-en-us" for en; empty for what is no language code.
std::string libreOfficeHelpPackage(const std::string& language);
/// "pt_BR" for pt-BR, "sr@latin" for sr-Latn, "C" for en: folders of gnome-user-docs; empty for what is no language code.
std::string gnomeHelpFolder(const std::string& language);

/// Pages <language>/text/**.html of `libreoffice-help-*`. Paragraphs that are still English are left out, so every other
/// language needs the English package too. Error "no-text" names the package and how to get it.
std::unique_ptr<CorpusImporter> makeLibreOfficeHelpImporter(const HelpFolders& folders);

/// Pages <language>/gnome-help/*.page of `gnome-user-docs`.
std::unique_ptr<CorpusImporter> makeGnomeHelpImporter(const HelpFolders& folders);

}  // namespace moebel
