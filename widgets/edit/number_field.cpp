#include "widgets/edit/number_field.h"

#include <QLineEdit>
#include <algorithm>
#include <cmath>

namespace moebel
{

namespace
{

// Words of files and of people: 3e-3, 300_000, 300 000, and the locale's own marks.
QString plain(QString text, const QLocale& locale)
{
    text.remove(QLatin1Char('_'));
    text.remove(QLatin1Char(' '));
    text.remove(QChar(0x00a0));
    text.remove(QChar(0x202f));
    if (!locale.groupSeparator().isEmpty() && locale.groupSeparator() != QLatin1String("."))
        text.remove(locale.groupSeparator());
    return text.trimmed();
}

}  // namespace

NumberField::NumberField(Kind kind, QWidget* parent) : QAbstractSpinBox(parent), m_kind(kind)
{
    setKeyboardTracking(true);
    connect(lineEdit(), &QLineEdit::textEdited, this, [this](const QString& text) {
        double number = 0;
        if (!read(text, number) || number == m_number) return;
        m_number = number;
        Q_EMIT numberEdited(number);
    });
    connect(this, &QAbstractSpinBox::editingFinished, this, [this] {
        lineEdit()->setText(shown(m_number));
        Q_EMIT editingDone();
    });
}

void NumberField::setRange(double low, double high)
{
    m_low = low;
    m_high = high;
}

QString NumberField::shown(double number) const
{
    if (m_kind == Whole) return locale().toString(qlonglong(number));
    const double size = std::abs(number);
    if (size > 0 && (size < 1e-3 || size >= 1e6))
        return QString::number(number, 'g', 6).replace("e-0", "e-").replace("e+0", "e");
    return QString::number(number, 'g', 6);
}

void NumberField::setNumber(double number)
{
    double typed = 0;
    const bool same = read(lineEdit()->text(), typed) && typed == number;
    m_number = number;
    if (!same || !lineEdit()->hasFocus()) lineEdit()->setText(shown(number));
}

bool NumberField::read(const QString& text, double& number) const
{
    bool good = false;
    const QString bare = plain(text, locale());
    number = QLocale::c().toDouble(bare, &good);
    if (!good) number = locale().toDouble(bare, &good);
    if (!good || (m_kind == Whole && number != std::floor(number))) return false;
    return number >= m_low && number <= m_high;
}

double NumberField::stepped(double number, bool up) const
{
    if (m_kind == Whole) {
        const double place = std::max(1.0, std::pow(10, std::floor(std::log10(std::max(1.0, std::abs(number)))) - 1));
        return up ? (std::floor(number / place) + 1) * place : (std::ceil(number / place) - 1) * place;
    }
    if (number <= 0) return up ? std::max(m_low, 0.01) : m_low;
    const double decade = std::pow(10, std::floor(std::log10(number) + 1e-9));
    const double digit = number / decade;
    constexpr double kSteps[] = {0.5, 1, 2, 5, 10};
    if (up)
        return decade * *std::find_if(std::begin(kSteps), std::end(kSteps), [digit](double s) { return s > digit * 1.0001; });
    return decade * *std::find_if(std::rbegin(kSteps), std::rend(kSteps), [digit](double s) { return s < digit * 0.9999; });
}

void NumberField::stepBy(int steps)
{
    double number = m_number;
    for (int i = 0; i < std::abs(steps); ++i) number = stepped(number, steps > 0);
    number = std::clamp(number, m_low, m_high);
    if (m_kind == Real) number = QString::number(number, 'g', 6).toDouble();
    if (number == m_number) return;
    m_number = number;
    lineEdit()->setText(shown(number));
    Q_EMIT numberEdited(number);
}

QValidator::State NumberField::validate(QString& text, int&) const
{
    double number = 0;
    if (read(text, number)) return QValidator::Acceptable;
    return QValidator::Intermediate;
}

QAbstractSpinBox::StepEnabled NumberField::stepEnabled() const
{
    StepEnabled enabled = StepNone;
    if (m_number > m_low) enabled |= StepDownEnabled;
    if (m_number < m_high) enabled |= StepUpEnabled;
    return enabled;
}

QSize NumberField::sizeHint() const
{
    QSize hint = QAbstractSpinBox::sizeHint();
    hint.setWidth(std::max(hint.width(), fontMetrics().horizontalAdvance(QStringLiteral("000 000 000 000"))));
    return hint;
}

void NumberField::focusOutEvent(QFocusEvent* event)
{
    QAbstractSpinBox::focusOutEvent(event);
    lineEdit()->setText(shown(m_number));
}

}  // namespace moebel
