-- The list also tells how far the pretraining of a base came.

ALTER TABLE run_index ADD COLUMN base_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_index ADD COLUMN base_steps INTEGER NOT NULL DEFAULT 0;
