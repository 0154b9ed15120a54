-- What a run was made of: its text, its tokenizer, its base, where each expert came from, what each stage reads. Pretraining of the base that goes on where it was cut supersedes what it does again.

DROP VIEW v_metric;
DROP VIEW v_checkpoint;

ALTER TABLE run ADD COLUMN tokenizer_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN data_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN base_source TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN base_identity TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN base_threads INTEGER NOT NULL DEFAULT 0;

ALTER TABLE language ADD COLUMN training_documents INTEGER NOT NULL DEFAULT 0;
ALTER TABLE language ADD COLUMN training_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE language ADD COLUMN training_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE language ADD COLUMN heldout_documents INTEGER NOT NULL DEFAULT 0;

ALTER TABLE attempt ADD COLUMN base_valid_until INTEGER NOT NULL DEFAULT 9223372036854775807;
UPDATE attempt SET base_valid_until = 0 WHERE base_valid = 0;
ALTER TABLE attempt DROP COLUMN base_valid;

CREATE TABLE expert (
    layer INTEGER NOT NULL,
    expert INTEGER NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (layer, expert)
) WITHOUT ROWID;

CREATE TABLE mixture (
    stage INTEGER NOT NULL,
    language INTEGER NOT NULL REFERENCES language,
    share REAL NOT NULL,
    PRIMARY KEY (stage, language)
) WITHOUT ROWID;

CREATE VIEW v_metric AS
    SELECT m.name AS name, m.language AS language, m.role AS role, m.unit AS unit, p.step AS step, p.value AS value,
           max(p.attempt) AS attempt
    FROM metric_point AS p
    JOIN metric AS m ON m.metric = p.metric
    JOIN attempt AS a ON a.attempt = p.attempt
    WHERE p.step <= CASE m.base WHEN 1 THEN a.base_valid_until ELSE a.valid_until END
    GROUP BY p.metric, p.step;

CREATE VIEW v_checkpoint AS
    SELECT c.folder AS folder, c.stage AS stage, c.step AS step, c.hash AS hash, c.bytes AS bytes, c.parent AS parent,
           c.written_at AS written_at, c.removed AS removed
    FROM checkpoint AS c
    JOIN attempt AS a ON a.attempt = c.attempt
    WHERE c.step <= CASE WHEN c.stage < 0 THEN a.base_valid_until ELSE a.valid_until END;
