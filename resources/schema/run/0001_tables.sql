-- The record of one run: what it is, how it went, what was measured. Prose: core/doc/formats/database.md.

CREATE TABLE run (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    method TEXT NOT NULL,
    experiment TEXT NOT NULL,
    experiment_hash TEXT NOT NULL,
    seed INTEGER NOT NULL,
    program_version TEXT NOT NULL,
    parent_run TEXT NOT NULL,
    created_at REAL NOT NULL,
    device TEXT NOT NULL,
    cpu TEXT NOT NULL,
    features TEXT NOT NULL,
    cores INTEGER NOT NULL,
    memory_bytes INTEGER NOT NULL,
    precision TEXT NOT NULL,
    threads INTEGER NOT NULL,
    libtorch TEXT NOT NULL
);

CREATE TABLE attempt (
    attempt INTEGER PRIMARY KEY,
    resume_step INTEGER NOT NULL,
    opened_at REAL NOT NULL,
    total_steps INTEGER NOT NULL,
    threads INTEGER NOT NULL,
    last_step INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    base_valid INTEGER NOT NULL
);

CREATE TABLE stage (
    stage INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    first_step INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    experts TEXT NOT NULL,
    top_k INTEGER NOT NULL,
    trained_parameters INTEGER NOT NULL
);

CREATE TABLE language (
    language INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL
);

CREATE TABLE metric (
    metric INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    unit TEXT NOT NULL,
    base INTEGER NOT NULL,
    UNIQUE (name, language)
);

CREATE TABLE metric_point (
    metric INTEGER NOT NULL REFERENCES metric,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL REFERENCES attempt,
    value REAL,
    PRIMARY KEY (metric, step, attempt)
) WITHOUT ROWID;

CREATE TABLE routing_layout (
    layout INTEGER PRIMARY KEY,
    experts TEXT NOT NULL,
    languages INTEGER NOT NULL,
    UNIQUE (experts, languages)
);

CREATE TABLE routing_capture (
    stage INTEGER NOT NULL,
    step INTEGER NOT NULL,
    split TEXT NOT NULL,
    attempt INTEGER NOT NULL REFERENCES attempt,
    language INTEGER NOT NULL,
    kind TEXT NOT NULL,
    layout INTEGER NOT NULL REFERENCES routing_layout,
    tokens REAL NOT NULL,
    sums BLOB NOT NULL,
    UNIQUE (stage, step, split, attempt, language, kind)
);

CREATE TABLE similarity (
    step INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    language INTEGER NOT NULL REFERENCES language,
    other INTEGER NOT NULL REFERENCES language,
    value REAL,
    PRIMARY KEY (step, layer, language, other)
) WITHOUT ROWID;

CREATE TABLE deviation (
    step INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    language INTEGER NOT NULL REFERENCES language,
    value REAL,
    PRIMARY KEY (step, layer, language)
) WITHOUT ROWID;

CREATE TABLE score (
    score INTEGER PRIMARY KEY,
    stage INTEGER NOT NULL,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL REFERENCES attempt,
    boundary INTEGER NOT NULL,
    checkpoint TEXT NOT NULL,
    task TEXT NOT NULL,
    metric TEXT NOT NULL,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    value REAL,
    stderr REAL,
    n INTEGER NOT NULL,
    UNIQUE (boundary, step, stage, checkpoint, task, metric, language, attempt)
);

CREATE TABLE sample_score (
    score INTEGER NOT NULL REFERENCES score,
    item TEXT NOT NULL,
    value REAL,
    weight REAL NOT NULL,
    PRIMARY KEY (score, item)
) WITHOUT ROWID;

CREATE TABLE checkpoint (
    folder TEXT PRIMARY KEY,
    stage INTEGER NOT NULL,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL REFERENCES attempt,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    parent TEXT NOT NULL,
    written_at REAL NOT NULL,
    removed INTEGER NOT NULL
);

CREATE TABLE event (
    event INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    attempt INTEGER NOT NULL REFERENCES attempt,
    step INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TABLE intervention (
    intervention INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    step INTEGER NOT NULL,
    kind TEXT NOT NULL,
    layer INTEGER NOT NULL,
    expert INTEGER NOT NULL,
    value REAL
);

CREATE VIEW v_metric AS
    SELECT m.name AS name, m.language AS language, m.role AS role, m.unit AS unit, p.step AS step, p.value AS value,
           max(p.attempt) AS attempt
    FROM metric_point AS p
    JOIN metric AS m ON m.metric = p.metric
    JOIN attempt AS a ON a.attempt = p.attempt
    WHERE CASE m.base WHEN 1 THEN a.base_valid = 1 ELSE p.step <= a.valid_until END
    GROUP BY p.metric, p.step;

CREATE VIEW v_score AS
    SELECT s.task AS task, s.metric AS metric, s.language AS language, s.role AS role, s.checkpoint AS checkpoint,
           s.boundary AS boundary, s.stage AS stage, s.step AS step, s.value AS value, s.stderr AS stderr, s.n AS n,
           s.score AS score, max(s.attempt) AS attempt
    FROM score AS s
    JOIN attempt AS a ON a.attempt = s.attempt
    WHERE s.step <= a.valid_until
    GROUP BY s.boundary, s.step, s.stage, s.checkpoint, s.task, s.metric, s.language;

CREATE VIEW v_routing AS
    SELECT r.stage AS stage, r.step AS step, r.split AS split, l.code AS language, r.kind AS kind, r.tokens AS tokens,
           y.experts AS experts, r.sums AS sums, max(r.attempt) AS attempt
    FROM routing_capture AS r
    JOIN attempt AS a ON a.attempt = r.attempt
    JOIN routing_layout AS y ON y.layout = r.layout
    LEFT JOIN language AS l ON l.language = r.language
    WHERE r.step <= a.valid_until
    GROUP BY r.stage, r.step, r.split, r.language, r.kind;

CREATE VIEW v_checkpoint AS
    SELECT c.folder AS folder, c.stage AS stage, c.step AS step, c.hash AS hash, c.bytes AS bytes, c.parent AS parent,
           c.written_at AS written_at, c.removed AS removed
    FROM checkpoint AS c
    JOIN attempt AS a ON a.attempt = c.attempt
    WHERE c.step <= a.valid_until;
