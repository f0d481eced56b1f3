-- a text is no number
concat(word, '!')
