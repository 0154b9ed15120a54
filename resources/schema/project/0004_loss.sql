-- The list is sorted by the newest loss as well. What was indexed before is read anew.

ALTER TABLE run_index ADD COLUMN loss REAL;
DELETE FROM run_index;
