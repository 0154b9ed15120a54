#include "app/workbench/application/messages.h"

#include <QString>

namespace moebel
{

namespace
{

QtMessageHandler qtsOwn = nullptr;  // a handler is a plain function: what it needs lives beside it
bool onlyFaultsAreTold = false;

void tell(QtMsgType type, const QMessageLogContext& context, const QString& message)
{
    const bool fault = type == QtCriticalMsg || type == QtFatalMsg;
    if (!fault && (onlyFaultsAreTold || message.contains(QLatin1String("OpenType support missing for")))) return;
    qtsOwn(type, context, message);
}

}  // namespace

void quietMessages(bool onlyFaults)
{
    onlyFaultsAreTold = onlyFaults;
    qtsOwn = qInstallMessageHandler(tell);
}

}  // namespace moebel
