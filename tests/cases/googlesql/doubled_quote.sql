select 'it''s'
