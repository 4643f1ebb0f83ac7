"""Phone numbers as an ERP keeps them: E.164 where the text can be read as a number."""

import phonenumbers


def e164(text: str, region: str | None) -> str:
    """Return *text* as E.164, national numbers read in *region* (ISO 3166-1 alpha-2).

    What is no possible number there stays as it is, and so does a number with an extension, which
    E.164 cannot hold.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if number.extension or not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
