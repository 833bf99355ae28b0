"""Words that several lessons share."""

PEOPLE = (
    "Adam Ann Bella Ben Cara Carl Dan Dora Emil Eva Finn Gina Hugo Iris Jack Kate Leo Mia Noah "
    "Olga Paul Quinn Rosa Sam Tina Uma Vic Wendy Yara Zoe"
).split()

THINGS = (
    "bag ball basket bell boat book bottle box cake candle chair clock coat coin cup drum flute "
    "guitar hat key kite ladder lamp map mirror pen ring rope shoe spoon"
).split()

ANIMALS = "bear bird cat cow dog duck fish fox frog horse mouse owl pig rabbit sheep".split()

PLACES = "beach forest garden kitchen market park river school field house".split()

ADJECTIVES = "big small old young kind brave clever shy quick slow".split()

FEELINGS = "happy sad proud tired calm angry".split()

NUMBERS = "zero one two three four five six seven eight nine ten".split()

COLORS = "red blue green yellow purple orange black white".split()
