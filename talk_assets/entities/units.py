"""Units of measure: UN/ECE Recommendation 20 codes and the words a Salesforce org lists for them."""

from talk_assets.model.codecs import ValueMap

UNITS = {
    "EA": "Each",
    "C62": "One",
    "H87": "Piece",
    "PR": "Pair",
    "SET": "Set",
    "DZN": "Dozen",
    "GRM": "Gram",
    "KGM": "Kilogram",
    "TNE": "Tonne",
    "ONZ": "Ounce",
    "LBR": "Pound",
    "MMT": "Millimetre",
    "CMT": "Centimetre",
    "MTR": "Metre",
    "KMT": "Kilometre",
    "INH": "Inch",
    "FOT": "Foot",
    "YRD": "Yard",
    "MTK": "Square Metre",
    "MTQ": "Cubic Metre",
    "MLT": "Millilitre",
    "LTR": "Litre",
    "GLL": "Gallon",
    "SEC": "Second",
    "MIN": "Minute",
    "HUR": "Hour",
    "DAY": "Day",
    "WEE": "Week",
    "MON": "Month",
    "ANN": "Year",
    "KWH": "Kilowatt Hour",
    "LS": "Lump Sum",
    "E48": "Service Unit",
}
"""Recommendation 20 code to the picklist value written to Salesforce."""

_AMERICAN = {
    "Millimeter": "MMT",
    "Centimeter": "CMT",
    "Meter": "MTR",
    "Kilometer": "KMT",
    "Square Meter": "MTK",
    "Cubic Meter": "MTQ",
    "Milliliter": "MLT",
    "Liter": "LTR",
}

UNIT_WORDS = ValueMap(
    decode_as={word: code for code, word in UNITS.items()} | _AMERICAN | {code: code for code in UNITS},
    encode_as=UNITS,
)
"""Reads British and American words as well as the codes themselves; writes the British word."""
