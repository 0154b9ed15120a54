// What a user makes of the columns of a table: widths, order, which are shown, sorting.
#pragma once

#include <QJsonObject>
#include <QMap>
#include <QObject>
#include <QStringList>
#include <optional>

class QAbstractItemView;
class QHeaderView;
class QPoint;

namespace moebel
{

/// Belongs to a view whose model is set; how the columns are then is how they are at the beginning. A column is known by its
/// heading (the stored one, where there is one), so that columns which come and go with the data keep what was made of them.
/// Right click on the headings: which columns are shown, and back to the beginning.
class TableColumns : public QObject
{
    Q_OBJECT

public:
    /// `always` is the column that cannot be hidden.
    TableColumns(QAbstractItemView& view, QHeaderView& header, int always = 0);

    /// The view's.
    QString name() const;
    /// Only what was changed.
    QJsonObject layout() const;
    /// What the value does not tell of is as it was at the beginning.
    void restore(const QJsonObject& layout);
    /// Makes each column as wide as what is in it, at most `widest`, and as wide as the user has chosen where that was done.
    void fit(int widest = 320, int air = 0);
    /// Where the columns are wider than the view, fit() makes this one narrower, down to `narrowest`; again when the view's
    /// size changes.
    void letGiveWay(int column, int narrowest);
    /// Fits now and whenever the model is filled or changed.
    void followContents();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Sorting {
        QString column;
        bool descending = false;
        bool operator==(const Sorting&) const = default;
    };
    void readKeys();
    QString key(int column) const { return m_keys.value(column); }
    QStringList keysInOrder() const;
    QStringList hiddenKeys() const;
    std::optional<Sorting> sorting() const;
    QList<int> widthsOfHeadings() const;
    void giveWay();
    void apply();
    void applyOrder();
    void applySorting(const Sorting& sorting);
    void showMenu(const QPoint& where);

    QAbstractItemView& m_view;
    QHeaderView& m_header;
    const int m_always;
    QStringList m_keys;  ///< of the columns, as the model has them
    QStringList m_standardHidden, m_hidden;
    std::optional<Sorting> m_standardSorting, m_sorting;  ///< none: the table is not sorted
    QMap<QString, int> m_widths;                          ///< chosen by the user
    QStringList m_order;                                  ///< empty: as the model has them
    int m_widest = 320, m_air = 0;
    int m_givesWay = -1, m_narrowest = 0;
    bool m_fits = false;      ///< fit() was asked for
    bool m_pressed = false;   ///< the user holds the headings
    bool m_applying = false;  ///< what changes now is not the user's doing
};

}  // namespace moebel
