// All pages, in the order of the bar: one entry each.
#pragma once

#include <QString>
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
    QWidget* (*make)(PageContext& context);
};

std::span<const PageEntry> pageTable();
/// The title in the user's language.
QString pageTitle(const PageEntry& page);
/// "runs", "routing"; empty when there is no such page.
QString pageWord(PageId page);
std::optional<PageId> pageOfWord(const QString& word);
/// "runs, routing".
QString pageWords();

}  // namespace moebel
