-- The list also tells what a review brought back and kept, and which languages a run knows.

ALTER TABLE run_index ADD COLUMN restored REAL;
ALTER TABLE run_index ADD COLUMN kept REAL;
ALTER TABLE run_index ADD COLUMN original_languages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run_index ADD COLUMN expanded_languages TEXT NOT NULL DEFAULT '[]';
