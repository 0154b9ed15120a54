#include "widgets/edit/value_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QEvent>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/edit/number_field.h"
#include "widgets/edit/undo_filter.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

const QRegularExpression kCommas(QStringLiteral("[\\s,;]+"));

QString listOfLine(const QString& line)
{
    QStringList quoted;
    for (const QString& word : line.split(kCommas, Qt::SkipEmptyParts)) quoted << tomlOfText(word);
    return QLatin1Char('[') + quoted.join(QStringLiteral(", ")) + QLatin1Char(']');
}

QString lineOfList(const QString& toml)
{
    QStringList words;
    for (const QJsonValue& word : QJsonDocument::fromJson(toml.toUtf8()).array()) words << word.toString();
    return words.join(QStringLiteral(", "));
}

QString numbersOfLine(const QString& line)
{
    const QStringList numbers = line.split(kCommas, Qt::SkipEmptyParts);
    return numbers.size() == 1 ? numbers.first() : QLatin1Char('[') + numbers.join(QStringLiteral(", ")) + QLatin1Char(']');
}

QString lineOfNumbers(const QString& toml) { return toml.startsWith(QLatin1Char('[')) ? toml.mid(1, toml.size() - 2) : toml; }

double numberOfToml(QString toml) { return toml.remove(QLatin1Char('_')).toDouble(); }

QString tomlOfWhole(double number)
{
    QString text = QString::number(qint64(number));
    if (text.size() > 4)
        for (qsizetype at = text.size() - 3; at > 0; at -= 3) text.insert(at, QLatin1Char('_'));
    return text;
}

QString tomlOfReal(double number)
{
    QString text = QString::number(number, 'g', QLocale::FloatingPointShortest);
    if (!text.contains(QLatin1Char('.')) && !text.contains(QLatin1Char('e'))) text += QStringLiteral(".0");
    return text.replace(QStringLiteral("e-0"), QStringLiteral("e-")).replace(QStringLiteral("e+0"), QStringLiteral("e"));
}

}  // namespace

QString textOfToml(const QString& toml)
{
    if (!toml.startsWith(QLatin1Char('"'))) return toml;
    // Basic strings of TOML are written as JSON writes its own.
    return QJsonDocument::fromJson(QByteArray("[") + toml.toUtf8() + "]").array().first().toString();
}

QString tomlOfText(const QString& text)
{
    const QByteArray json = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(json.mid(1, json.size() - 2));
}

ValueField::ValueField(ValueFieldSpec spec, QWidget* parent)
    : QWidget(parent), m_spec(std::move(spec)), m_label(new QLabel(this)), m_dot(new QToolButton(this))
{
    setObjectName(m_spec.name);
    m_label->setText(m_spec.label);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setForegroundRole(QPalette::PlaceholderText);
    m_dot->setText(QStringLiteral("\u25cf"));
    m_dot->setAutoRaise(true);
    m_dot->setFocusPolicy(Qt::StrongFocus);
    m_dot->setStyleSheet(QStringLiteral(
        "QToolButton{border:0;padding:0 2px;color:palette(link)}QToolButton:focus{border:1px solid palette(link)}"));
    m_dot->setAccessibleName(tr("%1: back to the preset's value").arg(m_spec.label));
    connect(m_dot, &QToolButton::clicked, this, &ValueField::presetWanted);
    makeEditor();
    m_editor->setAccessibleName(m_spec.label);
    m_editor->setAccessibleDescription(m_spec.help);
    m_editor->installEventFilter(this);
    auto* undo = new UndoFilter(this);
    m_editor->installEventFilter(undo);
    if (auto* line = m_editor->findChild<QLineEdit*>()) line->installEventFilter(undo);
    m_label->setBuddy(m_editor);
    setFocusProxy(m_editor);
    setToolTip(tr("%1\nIn the file: %2").arg(m_spec.help, m_spec.name));
    auto* head = new QHBoxLayout;
    head->setSpacing(2);
    head->addWidget(m_label);
    head->addWidget(m_dot);
    head->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addWidget(m_editor);
    setTabOrder(m_editor, m_dot);
    QSizePolicy policy = m_dot->sizePolicy();
    policy.setRetainSizeWhenHidden(true);  // labels keep their height when the dot comes and goes
    m_dot->setSizePolicy(policy);
    showDot();
}

void ValueField::makeEditor()
{
    switch (m_spec.kind) {
        case ValueFieldSpec::Text:
            makeLine(tomlOfText);
            m_show = [line = static_cast<QLineEdit*>(m_editor)](const QString& toml) {
                if (line->text() != textOfToml(toml)) line->setText(textOfToml(toml));
            };
            break;
        case ValueFieldSpec::Offered:
            makeOffered();
            break;
        case ValueFieldSpec::Plain:
            makeLine([](const QString& line) { return line; });
            m_show = [line = static_cast<QLineEdit*>(m_editor)](const QString& toml) {
                if (!line->hasFocus()) line->setText(toml);
            };
            break;
        case ValueFieldSpec::List:
            makeLine(listOfLine);
            m_show = [line = static_cast<QLineEdit*>(m_editor)](const QString& toml) {
                if (listOfLine(line->text()) != toml) line->setText(lineOfList(toml));
            };
            break;
        case ValueFieldSpec::Numbers:
            makeLine(numbersOfLine);
            m_show = [line = static_cast<QLineEdit*>(m_editor)](const QString& toml) {
                if (numbersOfLine(line->text()) != toml) line->setText(lineOfNumbers(toml));
            };
            break;
        case ValueFieldSpec::Whole:
        case ValueFieldSpec::Real:
            makeNumber();
            break;
        case ValueFieldSpec::Switch:
            makeSwitch();
            break;
        case ValueFieldSpec::Choice:
            makeChoice();
            break;
    }
}

void ValueField::makeLine(const std::function<QString(const QString&)>& toToml)
{
    auto* line = new QLineEdit(this);
    m_editor = line;
    connect(line, &QLineEdit::textEdited, this, [this, toToml](const QString& text) { tell(toToml(text)); });
    connect(line, &QLineEdit::editingFinished, this, &ValueField::editingDone);
    connect(line, &QLineEdit::textChanged, line, [line] {
        if (!line->hasFocus()) line->setCursorPosition(0);  // a long line shows its beginning
    });
}

void ValueField::makeOffered()
{
    auto* box = new QComboBox(this);
    m_editor = box;
    box->setEditable(true);
    box->setInsertPolicy(QComboBox::NoInsert);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    box->completer()->setFilterMode(Qt::MatchContains);
    QLineEdit* line = box->lineEdit();
    connect(line, &QLineEdit::textEdited, this, [this](const QString& text) { tell(tomlOfText(text)); });
    connect(line, &QLineEdit::editingFinished, this, &ValueField::editingDone);
    connect(box, &QComboBox::activated, this, [this, box](int index) {
        tell(tomlOfText(box->itemText(index)));
        Q_EMIT editingDone();
    });
    m_show = [line](const QString& toml) {
        if (line->text() != textOfToml(toml)) line->setText(textOfToml(toml));
        if (!line->hasFocus()) line->setCursorPosition(0);
    };
}

void ValueField::setOffers(const QStringList& texts)
{
    auto* box = qobject_cast<QComboBox*>(m_editor);
    if (!box || m_spec.kind != ValueFieldSpec::Offered) return;
    const QString now = box->currentText();
    box->clear();
    box->addItems(texts);
    box->setEditText(now);
    box->lineEdit()->setCursorPosition(0);
}

void ValueField::makeNumber()
{
    const bool whole = m_spec.kind == ValueFieldSpec::Whole;
    auto* number = new NumberField(whole ? NumberField::Whole : NumberField::Real, this);
    m_editor = number;
    number->setRange(m_spec.low, m_spec.high);
    connect(number, &NumberField::numberEdited, this,
            [this, whole](double value) { tell(whole ? tomlOfWhole(value) : tomlOfReal(value)); });
    connect(number, &NumberField::editingDone, this, &ValueField::editingDone);
    m_show = [number](const QString& toml) { number->setNumber(numberOfToml(toml)); };
}

void ValueField::makeSwitch()
{
    auto* box = new QCheckBox(tr("yes"), this);
    m_editor = box;
    connect(box, &QCheckBox::clicked, this, [this](bool on) {
        tell(on ? QStringLiteral("true") : QStringLiteral("false"));
        Q_EMIT editingDone();
    });
    m_show = [box](const QString& toml) { box->setChecked(toml == QLatin1String("true")); };
}

void ValueField::makeChoice()
{
    auto* box = new QComboBox(this);
    m_editor = box;
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    box->setFocusPolicy(Qt::StrongFocus);
    for (qsizetype i = 0; i < m_spec.words.size(); ++i)
        box->addItem(i < m_spec.titles.size() ? m_spec.titles[i] : m_spec.words[i], m_spec.words[i]);
    connect(box, &QComboBox::activated, this, [this, box](int index) {
        tell(tomlOfText(box->itemData(index).toString()));
        Q_EMIT editingDone();
    });
    m_show = [box](const QString& toml) { box->setCurrentIndex(box->findData(textOfToml(toml))); };
}

void ValueField::tell(const QString& toml)
{
    if (toml == m_value) return;
    m_value = toml;
    showDot();
    Q_EMIT edited(toml);
}

void ValueField::setValue(const QString& toml)
{
    m_value = toml;
    m_show(toml);
    showDot();
}

void ValueField::setPresetValue(const QString& toml)
{
    m_preset = toml;
    m_dot->setToolTip(tr("The preset says %1; press to take it back").arg(toml));
    showDot();
}

bool ValueField::differsFromPreset() const
{
    if (m_preset.isEmpty() || m_preset == m_value) return false;
    const bool number = m_spec.kind == ValueFieldSpec::Whole || m_spec.kind == ValueFieldSpec::Real;
    return !number || numberOfToml(m_preset) != numberOfToml(m_value);
}

void ValueField::showDot() { m_dot->setVisible(differsFromPreset()); }

void ValueField::setProblem(const QString& message)
{
    const bool wrong = !message.isEmpty();
    QFont weight = font();
    weight.setBold(wrong);
    m_label->setFont(weight);
    m_label->setForegroundRole(wrong ? kErrorRole : QPalette::PlaceholderText);
    m_label->setText(wrong ? QStringLiteral("\u26a0 ") + m_spec.label : m_spec.label);
    m_editor->setAccessibleDescription(wrong ? message : m_spec.help);
    setToolTip(tr("%1\nIn the file: %2").arg(wrong ? message : m_spec.help, m_spec.name));
}

void ValueField::focusEditor()
{
    m_editor->setFocus(Qt::OtherFocusReason);
    if (auto* line = qobject_cast<QLineEdit*>(m_editor)) line->selectAll();
    if (auto* number = qobject_cast<NumberField*>(m_editor)) number->selectAll();
    if (auto* box = qobject_cast<QComboBox*>(m_editor); box && box->lineEdit()) box->lineEdit()->selectAll();
}

bool ValueField::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusIn) Q_EMIT lookedAt();
    // The wheel scrolls the form; it changes a value only where the user has put the focus.
    if (event->type() == QEvent::Wheel && !m_editor->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ValueField::enterEvent(QEnterEvent* event)
{
    QWidget::enterEvent(event);
    Q_EMIT lookedAt();
}

}  // namespace moebel
