# Help pages of the languages of round two, besides those that every machine gets.
help_languages="hi de ru" fetch_help_text
