// Says which package brings the font of a script that is shown and that no font has.
#pragma once

#include <QFont>
#include <QObject>
#include <QSet>

namespace moebel
{

class Navigator;

class GlyphWatch : public QObject
{
    Q_OBJECT

public:
    explicit GlyphWatch(Navigator& navigator, QObject* parent = nullptr) : QObject(parent), m_navigator(navigator) {}

    /// A text that is shown in this font. A script is told of once; what was looked at before costs nothing.
    void look(const QString& text, const QFont& font);

private:
    Navigator& m_navigator;
    QSet<uint> m_seen;     ///< characters
    QSet<QString> m_told;  ///< scripts
};

}  // namespace moebel
