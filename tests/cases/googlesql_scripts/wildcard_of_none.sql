SELECT * FROM `logs.missing_*`;
