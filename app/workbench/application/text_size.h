// How large the text of the window is, as a share of what the desktop asks for.
#pragma once

#include <QFont>

namespace moebel
{

/// Of the whole application, plots included. What it was is there again when this goes.
class TextSize
{
public:
    static constexpr int kSmallest = 80, kLargest = 200, kStep = 10;

    explicit TextSize(int percent);
    ~TextSize();
    TextSize(const TextSize&) = delete;
    TextSize& operator=(const TextSize&) = delete;

    int percent() const { return m_percent; }
    /// What lies outside of the sizes there are becomes the nearest one.
    void choose(int percent);

private:
    QFont m_atStart;
    int m_percent = 100;
};

}  // namespace moebel
