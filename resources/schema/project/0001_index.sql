-- The index over the run folders of a project. It holds nothing of its own and is rebuilt whenever it is missing or broken.

CREATE TABLE run_index (
    folder TEXT PRIMARY KEY,
    signature TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    method TEXT NOT NULL,
    created_at REAL NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    step INTEGER NOT NULL,
    total_steps INTEGER NOT NULL,
    original_bits_per_byte REAL,
    expanded_bits_per_byte REAL,
    tags TEXT NOT NULL,
    notes TEXT NOT NULL,
    starred INTEGER NOT NULL,
    colour TEXT NOT NULL
);
