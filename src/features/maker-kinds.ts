/**
 * What the makers of network interfaces are known for, by their names in the IEEE registry of MAC addresses. General
 * knowledge of products, not taken from captures: a maker of many things has many kinds, and what a kind
 * says of a role is learnt, not written down.
 */

/** Names as whole words, in small letters without punctuation. */
const makers = {
  'smart speakers':
    'sonos, amazon technologies, bose, harman, bang olufsen, d m holdings, sound united, google, invoxia, libratone, devialet, jbl, onkyo, yamaha corporation, lenbrook',
  televisions:
    'roku, vizio, lg electronics, samsung electronics, tcl, hisense, sony, panasonic, tp vision, loewe, nvidia, nintendo, sharp corporation',
  lighting:
    'philips lighting, signify, osram, ledvance, lifi labs, ikea of sweden, nanoleaf, lutron, wiz, tridonic, yeelink',
  'home automation':
    'smartthings, physical graph, eq 3, belkin, tuya, shelly, fibar, nest labs, ecobee, tado, netatmo, homewizard, somfy, robert bosch smart home, devolo, assmann electronic, broadlink, orvibo, gigaset, resideo, control4, crestron, savant, edimax, tp link, d link, xiaomi, lumi united, meross, smartlabs, wink, alarm com, centralite',
  cameras:
    'axis communications, hikvision, dahua, reolink, arlo, ring, wyze, vivotek, mobotix, hanwha, techwin, amcrest, dropcam, avigilon, bosch security systems, geovision, trendnet, d link, edimax, tp link, ezviz, uniview, canary connect, logitech, simplisafe',
  printers:
    'brother industries, canon, seiko epson, kyocera, ricoh, lexmark, xerox, konica minolta, zebra technologies, oki electric, hewlett packard, hp inc, toshiba tec, sharp corporation, fujifilm business, murata machinery, pantum, riso',
  'industrial control':
    'siemens, rockwell, schneider electric, telemecanique, phoenix contact, wago, beckhoff, b r industrial, abb, omron, mitsubishi electric, general electric, emerson, fisher rosemount, fisher controls, yokogawa, hirschmann, moxa, hilscher, pilz, festo, schweitzer engineering, advantech, icp electronics, keyence, lantronix, automationdirect, host engineering, unitronics, bosch rexroth, westermo, honeywell, sick ag, turck, ifm, lenze, danfoss, eaton, saia burgess, red lion, opto 22, national instruments, hms industrial, softing, prosoft, bristol babcock, foxboro, alstom, areva, ruggedcom, garrettcom, delta electronics, panasonic industrial, kuka, fanuc, sew eurodrive, invensys, kunbus, insys',
  'building control':
    'johnson controls, trane, delta controls, contemporary control, carrier corporation, reliable controls, kmc controls, automatedlogic, tridium, distech, loytec, sauter, kieback, alerton, viconics, siemens building, siemens switzerland, landis gyr, cimetrics, lynxspring, andover, tac ab, beckhoff, wago, honeywell, daikin, lg electronics, mitsubishi electric, teletrol, novar, echelon, priva, mbs gmbh, icp electronics',
  'network equipment':
    'cisco, juniper networks, d link, tp link, netgear, linksys, ubiquiti, routerboard, asustek, zyxel, huawei, extreme networks, fortinet, palo alto networks, avm gmbh, edimax, belkin, procurve, arista, arris, technicolor, sagemcom, ruckus, brocade, ubee, actiontec, buffalo, tenda, zte, 3com, draytek, watchguard, sophos, sonicwall, check point, peplink, cradlepoint, trendnet, thomson, alcatel, nortel, enterasys',
  computers:
    'dell, lenovo, apple, acer, wistron, quanta, compal, micro star, giga byte, asrock, fujitsu, toshiba, sony, hewlett packard, hp inc, pegatron, asustek, clevo, universal global scientific, elitegroup, hon hai, foxconn, intel corporate, intel corporation, inventec, samsung electronics, ibm, lcfc, framework, razer, shuttle, asix, biostar',
  servers:
    'super micro, ibm, oracle, hewlett packard, dell, silicon graphics, mellanox, chelsio, solarflare, qlogic, emulex, synology, qnap, netapp, western digital, quanta, nutanix',
  'network modules':
    'espressif, murata manufacturing, azurewave, liteon, lite on, texas instruments, gainspan, realtek, ampak, qualcomm, broadcom, marvell, microchip, wiznet, stmicroelectronics, silicon laboratories, redpine, raspberry pi, universal global scientific, hon hai, mediatek, hi flying, high flying, rohm, u blox, nordic semiconductor, atheros, roving networks, electric imp, particle industries, ayla, wnc, gemtek, askey, cybertan, sercomm, alpha networks, accton',
  'health devices': 'withings, fitbit, omron healthcare, tanita, garmin, qardio',
  'household appliances':
    'irobot, miele, bsh hausger te, whirlpool, electrolux, roborock, dyson, anova, samsung electronics, lg innotek, haier, midea, weber stephen, june life',
  locks: 'august home, assa abloy, nuki, salto, dormakaba, kwikset, u tec',
  telephones:
    'polycom, yealink, grandstream, snom, avaya, aastra, mitel, gigaset, sangoma, audiocodes, obihai, unify',
  'mobile phones':
    'apple, samsung electronics, motorola, oneplus, xiaomi, huawei, oppo, vivo mobile, htc, google, fairphone, nokia, blackberry',
} as const;

/** A kind of products. */
export type MakerKind = keyof typeof makers;

/** All kinds of products. */
export const makerKinds = Object.keys(makers) as readonly MakerKind[];

let names: ReadonlyMap<MakerKind, readonly string[]> | undefined;

/** What a maker is known for, by its name in the registry; nothing for makers of other things and for those not known. */
export function kindsOfMaker(name: string): MakerKind[] {
  names ??= new Map(makerKinds.map((kind) => [kind, makers[kind].split(', ').map((each) => ` ${each} `)]));
  const words = ` ${name.toLowerCase().replace(/[^a-z0-9]+/g, ' ')} `;
  return makerKinds.filter((kind) => names?.get(kind)?.some((maker) => words.includes(maker)));
}
