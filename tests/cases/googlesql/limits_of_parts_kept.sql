select cast(['ab', 'abc'] as array<string(2)>)
