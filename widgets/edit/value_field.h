// One TOML value with its label: a line, a number, a choice or a tick, and a dot when it is not what a preset says.
#pragma once

#include <QWidget>
#include <functional>
#include <vector>

class QLabel;
class QToolButton;

namespace moebel
{

/// What a field is apart from its value.
struct ValueFieldSpec {
    enum Kind {
        Text,    ///< any text; its value is in quotes
        Offered,  ///< the same, with some texts to choose from
        Plain,   ///< TOML as it stands: an inline table
        Whole,   ///< NumberField
        Real,    ///< NumberField
        Switch,  ///< true or false
        Choice,  ///< one of `words`
        List,    ///< words with commas between them
        Numbers  ///< one whole number, or several with commas between them
    };
    Kind kind = Text;
    QString name;   ///< of the object, and what the user finds in the file: "stage.0.tokens"
    QString label;  ///< in the user's language
    QString help;   ///< one sentence
    double low = 0;
    double high = 0;
    QStringList words;   ///< of a Choice as the file writes them
    QStringList titles;  ///< the same for the user; empty = the words
};

class ValueField : public QWidget
{
    Q_OBJECT

public:
    explicit ValueField(ValueFieldSpec spec, QWidget* parent = nullptr);

    const ValueFieldSpec& spec() const { return m_spec; }
    /// Shows a TOML value; tells nothing. The line that is being typed is left alone when it means the same.
    void setValue(const QString& toml);
    QString value() const { return m_value; }
    /// What the preset or the default says; a dot appears when the value is another. Empty = there is nothing to compare with.
    void setPresetValue(const QString& toml);
    bool differsFromPreset() const;
    /// The texts that an Offered field gives to choose from.
    void setOffers(const QStringList& texts);
    /// What is wrong with it; empty = nothing.
    void setProblem(const QString& message);
    void focusEditor();
    QWidget* editor() const { return m_editor; }

Q_SIGNALS:
    /// The user's value, as TOML; comes with every key that makes one.
    void edited(const QString& toml);
    /// Return, or another field.
    void editingDone();
    /// The dot was pressed: the preset's value is wanted back.
    void presetWanted();
    /// It got the focus or the mouse: its help is wanted.
    void lookedAt();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;

private:
    void makeEditor();
    void makeLine(const std::function<QString(const QString&)>& toToml);
    void makeOffered();
    void makeNumber();
    void makeSwitch();
    void makeChoice();
    void tell(const QString& toml);
    void showDot();

    ValueFieldSpec m_spec;
    QString m_value;
    QString m_preset;
    QLabel* m_label;
    QToolButton* m_dot;
    QWidget* m_editor = nullptr;
    std::function<void(const QString&)> m_show;
};

/// What a quoted TOML text says; anything else as it is.
QString textOfToml(const QString& toml);
/// A TOML text in quotes.
QString tomlOfText(const QString& text);

}  // namespace moebel
