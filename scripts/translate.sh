#!/usr/bin/env bash
# The window in another language: collects its words, and makes what the window loads of those that are translated.
#
#   scripts/translate.sh LANGUAGE      a code like de or zh_CN; needs Debian's qt6-l10n-tools
#
# The first call writes resources/translations/moebel_LANGUAGE.ts, to be filled in (Qt Linguist, or a text editor); every call adds new
# words to it and writes moebel_LANGUAGE.qm to the user's data folder. Try it with LANGUAGE=de build/release/bin/moebel-workbench.
set -eu
[ $# -eq 1 ] || { echo "usage: scripts/translate.sh LANGUAGE, for example scripts/translate.sh de" >&2; exit 2; }
tools=/usr/lib/qt6/bin
[ -x "$tools/lupdate" ] || { echo "lupdate is missing: apt-get install qt6-l10n-tools" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
words="resources/translations/moebel_$1.ts"
made="${XDG_DATA_HOME:-$HOME/.local/share}/moebel/translations"
mkdir -p resources/translations "$made"
"$tools/lupdate" -silent -locations none -I . -tr-function-alias QT_TR_NOOP+=N -source-language en -target-language "$1" app/workbench widgets -ts "$words" 2>&1 |
    grep -v "lacks Q_OBJECT" || true
"$tools/lrelease" "$words" -qm "$made/moebel_$1.qm"
