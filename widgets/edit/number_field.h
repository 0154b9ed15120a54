// A number that is typed or stepped: whole numbers of any size, or real ones over many decades.
#pragma once

#include <QAbstractSpinBox>

namespace moebel
{

class NumberField : public QAbstractSpinBox
{
    Q_OBJECT

public:
    enum Kind { Whole, Real };

    explicit NumberField(Kind kind, QWidget* parent = nullptr);

    void setRange(double low, double high);
    /// Shows it; tells nothing. What is being typed stays when it is the same number.
    void setNumber(double number);
    double number() const { return m_number; }

    /// A whole number steps by the tenth of its first digit's place, a real one along 1, 2, 5, 10.
    void stepBy(int steps) override;
    QValidator::State validate(QString& text, int& position) const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    /// The user's number, inside the range. Comes with every key that makes a number.
    void numberEdited(double number);
    /// Return or another field: the change is finished.
    void editingDone();

protected:
    StepEnabled stepEnabled() const override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QString shown(double number) const;
    bool read(const QString& text, double& number) const;
    double stepped(double number, bool up) const;

    Kind m_kind;
    double m_low = 0;
    double m_high = 0;
    double m_number = 0;
};

}  // namespace moebel
