// Who wants to go where, and what the window has to say: pages ask, the window does it.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <utility>
#include <vector>

#include "app/workbench/application/page_id.h"

namespace moebel
{

enum class MessageKind { Note, Warning, Error };

class Navigator : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Brings a page to the front.
    void showPage(PageId page) { Q_EMIT pageWanted(page); }
    /// The Experiment page takes the file; it is brought to the front as well.
    void openExperiment(const QString& file) { Q_EMIT experimentWanted(file), Q_EMIT pageWanted(PageId::Experiment); }
    /// Ids of runs of the open project, the baseline first; the Compare page takes them and is brought to the front.
    void compare(const QStringList& runs) { Q_EMIT comparisonWanted(runs), Q_EMIT pageWanted(PageId::Compare); }
    /// The code of a language of the chosen run; the Routing page shows it and is brought to the front.
    void showLanguage(const QString& code) { Q_EMIT languageWanted(code), Q_EMIT pageWanted(PageId::Routing); }
    /// A folder or a file of a model; the Models page takes it and is brought to the front.
    void showModel(const QString& path) { Q_EMIT modelWanted(path), Q_EMIT pageWanted(PageId::Models); }
    /// A file of similarities; the Allocation page takes it and is brought to the front.
    void showSimilarity(const QString& file) { Q_EMIT similarityWanted(file), Q_EMIT pageWanted(PageId::Allocation); }
    /// A matrix of similarities or an expert map; the Groups page takes it and is brought to the front.
    void showGrouping(const QString& file) { Q_EMIT groupingWanted(file), Q_EMIT pageWanted(PageId::Groups); }
    /// The experiment that is being written gets this checkpoint as its base; its page is brought to the front.
    void useAsBase(const QString& path) { Q_EMIT baseWanted(path), Q_EMIT pageWanted(PageId::Experiment); }
    /// A description that is no file yet; the Experiment page takes it and is brought to the front.
    void draftExperiment(const QString& toml) { Q_EMIT draftWanted(toml), Q_EMIT pageWanted(PageId::Experiment); }
    /// Fields of the experiment that is being written (path and TOML value), as one change with this name; its page is brought to
    /// the front.
    void changeExperiment(const std::vector<std::pair<QString, QString>>& fields, const QString& change)
    {
        Q_EMIT fieldsWanted(fields, change), Q_EMIT pageWanted(PageId::Experiment);
    }
    /// A sentence for the user: a note stands in the status line for a while, the others in the bar until they are closed.
    void tell(MessageKind kind, const QString& sentence) { Q_EMIT told(kind, sentence); }
    /// What came of something, in one sentence.
    void tellResult(bool ok, const QString& sentence) { tell(ok ? MessageKind::Note : MessageKind::Error, sentence); }

Q_SIGNALS:
    void pageWanted(moebel::PageId page);
    void experimentWanted(const QString& file);
    void languageWanted(const QString& code);
    void comparisonWanted(const QStringList& runs);
    void modelWanted(const QString& path);
    void similarityWanted(const QString& file);
    void groupingWanted(const QString& file);
    void baseWanted(const QString& path);
    void draftWanted(const QString& toml);
    void fieldsWanted(const std::vector<std::pair<QString, QString>>& fields, const QString& change);
    void told(moebel::MessageKind kind, const QString& sentence);
};

}  // namespace moebel
