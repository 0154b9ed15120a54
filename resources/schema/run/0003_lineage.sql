-- The run that a run continues, as it was found then (JSON), and the round of expansion in which every expert came (NULL: not recorded).

ALTER TABLE run ADD COLUMN base_run TEXT NOT NULL DEFAULT '';

ALTER TABLE expert ADD COLUMN round INTEGER;
UPDATE expert SET round = CASE origin WHEN 'original' THEN 0 ELSE 1 END WHERE (SELECT parent_run FROM run) = '';
