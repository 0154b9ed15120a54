// Opening run.sqlite to read: recovery after a killed writer, and the check that it is what it should be.
#pragma once

#include "database.h"
#include "moebel/store/run_folder.h"
#include "schema.h"

namespace moebel {

struct ReaderConnection {
    Database database;
    CheckedSchema schema;
};

/// A read-only connection. A hot journal is rolled back first, by holding the run's lock; a live worker is left alone.
Result<ReaderConnection> openForReading(const RunFolder& run);

}  // namespace moebel
