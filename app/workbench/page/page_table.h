// All pages, in the order of the bar: one entry each.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <span>

#include "app/workbench/application/page_id.h"

class QWidget;

namespace moebel
{

struct PageContext;

struct PageEntry {
    PageId id;
    const char* word;   ///< on the command line and of its icon, resources/icons/<word>.svg
    const char* title;  ///< to be translated in the context "Pages"
    const char* views;  ///< names of its tabs with a space between them, as on the command line: "live/events"
    QWidget* (*make)(PageContext& context);
};

std::span<const PageEntry> pageTable();
/// The title in the user's language.
QString pageTitle(const PageEntry& page);
/// "runs", "routing"; empty when there is no such page.
QString pageWord(PageId page);
std::optional<PageId> pageOfWord(const QString& word);
/// "scores", "curves"; none of a page without tabs.
QStringList viewWords(PageId page);
/// "runs, routing[/one-language|/table]".
QString pageWords();

}  // namespace moebel
