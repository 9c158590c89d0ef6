"""Small gazetteers for addresses: street words, units, countries, and words that are none."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """Words parted by spaces; an underscore stands for a space inside one."""
    return tuple(word.replace("_", " ") for word in text.split())


# Street words that hardly mean anything else.
STREETS = _words("street streets str road rd avenue ave av lane boulevard blvd")

# USPS street suffixes and their likes that are words of a shop too; they need a witness.
MAYBE_STREETS = _words(
    "st dr ln drive drives court courts ct square squares sq place pl close way ways terrace "
    "ter park parks parkway pkwy row walk walks hill hills gardens garden grove groves crescent "
    "cres highway hwy circle circles cir trail alley quay mews plaza loop path ridge ridges "
    "wharf embankment crossing green greens rise pass passage point points route union unions "
    "branch bridge brook brooks burg burgs bypass camp canyon cape causeway center centers "
    "cliff cliffs club common corner corners course cove coves creek crest crossroad curve dale "
    "dam divide estate estates expressway extension extensions fall falls ferry field fields "
    "flats ford fords forest forge forges fork forks fort freeway gateway glen glens harbor "
    "harbors haven heights hollow inlet island islands isle junction junctions knoll knolls "
    "lake lakes land landing light lights loaf locks lodge mall manor manors meadow meadows "
    "mill mills mission motorway mount mountain mountains neck orchard oval overpass pike pine "
    "pines plain plains port ports prairie radial ramp ranch rapid rapids rest river run shoal "
    "shoals shore shores skyway spring springs stravenue stream summit throughway trace track "
    "trafficway tunnel turnpike underpass valley valleys viaduct view views village villages "
    "ville vista wall well wells key keys"
)

# Endings of one-word street names, all over northern and middle Europe.
ENDINGS = _words(
    "straße strasse gasse allee gatan vägen vagen katu kuja polku vej veien vegen straat laan "
    "gracht utca kade plantsoen singel stræde straede stræti straeti braut brautin"
)

MAYBE_ENDINGS = _words(
    "weg platz ufer damm gata veg väg vangen vænget vaenget toften haven bakken tunet plein "
    "dijk steeg krogen kaari brücke gränd torget plads torv allé"
)

# Words after a street's name.
ENDING_WORDS = _words("út útja u utca tér körút sétány fasor sor põik tee gatvė trg")

# Words before a street's name, in the south and east of Europe.
BEFORE_NAMES = _words(
    "rue ruelle rúa c/ boulevard boul bd allée allee impasse chemin quai cours via viale vicolo "
    "piazza corso calle avenida avda carrera paseo plaza rua travessa estrada praça praca largo "
    "alameda ulica ulice ul al aleja osiedle avenue av place λεωφόρος οδός улица ул проспект "
    "strada bulevardul carrer camino"
)

UNITS = _words(
    "apt apartment apartments suite ste unit flat room rm floor fl bldg building piso wohnung "
    "app lejl lgh lägenhet appartement interno block tower"
)

COUNTRIES = _words(
    "australia austria belgium brazil bulgaria canada china croatia cyprus czechia denmark "
    "deutschland england estonia finland france germany greece greenland hungary iceland india "
    "ireland italy japan latvia lithuania luxembourg malta mexico nederland netherlands norway "
    "poland portugal romania scotland singapore slovakia slovenia spain sweden switzerland "
    "tunisia turkey uk uruguay usa vietnam wales united_kingdom united_states new_zealand "
    "south_africa hong_kong the_netherlands czech_republic"
)

# Money, measures, days and words of a sentence; never part of a street's name.
NO_NAMES = _words(
    "cm mm m km kg g mg ml l oz lb lbs ft in inch inches w watt watts v volt mah gb tb mb mhz "
    "ghz hz px dpi db x euro euros eur usd gbp cny rmb yuan dollar dollars pound pounds cent "
    "cents percent pcs pc piece pieces pack packs pair pairs set sets item items box boxes size "
    "sizes eu us am pm h hour hours hrs min mins minute minutes sec seconds day days week weeks "
    "month months year years january february march april may june july august september "
    "october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday "
    "wednesday thursday friday saturday sunday mon tue wed thu fri sat sun spring summer autumn "
    "winter order orders number no nr sku ean code article model version step page for the a an "
    "to on with my your from is are was or and if at by can could do does will would please "
    "thanks usb hdmi led lcd iphone ipad galaxy pixel windows xbox playstation flash hard ssd "
    "pen disk off each per way one two three than it this that i you we they he she not have "
    "has want need"
)

# Small words that stand inside a name.
INSIDE_NAMES = _words(
    "de da do dos das du des la le les del della dei degli di of the van der den al el u upon "
    "sur sous nad pod am bei im e y i v"
)

# After a street and its number a sentence goes on with one of these, a product with its noun.
AFTER_STREETS = _words(
    "in near is and or at by please for on to with if when can today tomorrow before after last "
    "this that because so but from as thanks street st which not was i we the first"
)
