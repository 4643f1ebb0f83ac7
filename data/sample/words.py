"""What the sample is made of: names, places, companies and products, all made up."""

FIRST = """
Zoë José Łukasz Søren Chloé Jürgen Siobhán Noémie Björn Inés Tomás Agnieszka Renée Håkon Mónica
Ana Ben Carla Dan Eva Finn Greta Hugo Ida Jack Kim Lea Max Nora Omar Pia Quinn Rosa Sam Tess
""".strip().split()
LAST = """
O'Brien D'Angelo Müller Núñez Wiśniewska Sørensen Lefèvre Åberg García-López McDonald
Baker Costa Dubois Evans Fischer Grant Hansen Ito Jensen Keller Lambert Moreau Novak Olsen Petit
Quist Rossi Schmidt Taylor Urban Vogel Weber Young Zander Brandt
""".strip().split()
TITLES = ("Buyer", "Head of Purchasing", "Plant Manager", "Engineer", "Owner", "Accountant", None)
DEPARTMENTS = ("Purchasing", "Production", "Finance", None, None)
HONORIFICS = {"mr": "Mr.", "ms": "Ms.", "mrs": "Mrs.", "dr": "Dr.", "prof": "Prof.", "mx": "Mx."}
# Country name, code, city, region, postal code, street lines, and a national and an international spelling
# of a phone number whose last digits are filled in.
PLACES = [
    line.split("|")
    for line in """
United States|US|Minneapolis|MN|55401|400 S 4th St;Suite 410|(612) 555-{:04d}|+1 612-555-{:04d}
Germany|DE|Köln||50667|Domstraße 7;Hinterhaus|0221 / 55 {:04d}|+49 221 55{:04d}
France|FR|Orléans||45000|3 rue de l'Étape;Bâtiment C;2e étage|02 38 55 {:04d}|+33 2 38 55 {:04d}
United Kingdom|GB|Leeds|West Yorkshire|LS1 4DY|St Paul's House|0113 496 {:04d}|+44 113 496 {:04d}
Poland|PL|Łódź|łódzkie|90-001|ul. Piotrkowska 12/4|42 555 {:04d}|+48 42 555 {:04d}
Denmark|DK|Århus||8000|Åboulevarden 3|86 55 {:04d}|+45 86 55 {:04d}
Spain|ES|A Coruña|Galicia|15001|Rúa Real 21, 1º|981 55 {:04d}|+34 981 55 {:04d}
Ireland|IE|Cork|Co. Cork|T12 X8N6|O'Connell Mews;Unit 5|021 455 {:04d}|+353 21 455 {:04d}
""".strip().splitlines()
]
COMPANIES = """
Nordwind Bäckerei GmbH
O'Malley & Sons
Ateliers de l'Étape
Piotrkowska Tools Sp. z o.o.
Harbour Light Ltd
Lakeside Robotics, Inc.
Talleres Ñandú S.L.
Åboulevarden Cykler ApS
Cork Brewing Co.
St Paul's Trading
Maison Lefèvre
Prairie "Big Sky" Farms
""".strip().splitlines()
# Name, category, unit code, unit in words, price.
PRODUCTS = [
    line.split("|")
    for line in """
Bearing 608ZZ|Bearings|EA|Each|1.95
Bearing 6204-2RS|Bearings|EA|Each|4.4
Torque wrench 5-25 Nm|Tools|EA|Each|89
Hex key set, 9 pieces|Tools|SET|Set|12.3456
Work lamp LED 30 W|Lighting|EA|Each|45.5
Emergency light "Exit"|Lighting|EA|Each|61.2
Grease, lithium|Supplies|KGM|Kilogram|7.25
Cutting oil|Supplies|LTR|Litre|9.8
Cable 3 x 1.5 mm²|Cables|MTR|Metre|0.84
Safety gloves, size 9|Safety|PR|Pair|3.15
Installation|Services|HUR|Hour|72
Überspannungsschutz|Electrics|EA|Each|118.5
Ball valve DN 25|Fittings|EA|Each|14.9
O'Ring kit|Fittings|SET|Set|8.05
Pressure gauge 0-10 bar|Instruments|EA|Each|22
Digital caliper|Instruments|EA|Each|39.9
Sandpaper P120|Supplies|EA|Each|0.6
Câble de démarrage|Cables|EA|Each|31.4
Maintenance visit|Services|DAY|Day|540
Protective goggles||EA|Each|6.5
Washer M8, zinc|Fasteners|EA|Each|0.0125
Hex bolt M8 x 40|Fasteners|EA|Each|0.1875
Threaded rod M10|Fasteners|MTR|Metre|2.3375
Solvent|Supplies|LTR|Litre|5.6789
Łańcuch rolkowy|Drives|MTR|Metre|17.45
V-belt SPZ 1000|Drives|EA|Each|11.2
Gear motor 0.25 kW|Drives|EA|Each|189.9999
Proximity sensor|Electrics|EA|Each|27.75
Enclosure IP65|Electrics|EA|Each|33.3333
Training|Services|HUR|Hour|95
""".strip().splitlines()
]
SHARED, SALESFORCE_ONLY = 12, 9
"""Products 1 to 12 are on both ends, the next 9 only in Salesforce, the rest only in Customerp."""
