/**
 * What names are known for: those that hosts call themselves, and those of the services that they ask for. General knowledge
 * of products, their numbers and their clouds, not taken from captures; what a kind says of a role is learnt. Only the kind
 * is kept, never the name.
 */

/** Words and numbers of products in the names of hosts, in small letters. */
const hostNames = {
  cameras:
    /cam(?:era)?(?![a-z])|ipcam|webcam|netcam|^dcs-?\d|^ic-?\d{4}|^ipc[-_\d]|^tv-?ip\d|nvr|dvr|^axis-|foscam|amcrest|reolink|^wyze|^arlo|^blink|^nest-?cam|hikvision|dahua/,
  plugs:
    /plug|outlet|socket|^dsp-?w|^sp-?\d{4}w|^hs1\d\d|^kp\d{3}|^ep\d\d|shelly|sonoff|tasmota|^wemo(?!-?link)|insight/,
  hubs: /(?<!git)hub(?![a-z])|bridge|base-?station|^dch-?g|^ccu\d?|homematic|smartthings|wemo-?link|lightify-?g|philips-?hue|cube|^elro|zigbee|z-?wave/,
  sensors: /sensor|motion|^dch-?s\d|siren|smoke|leak|detector|presence|weather|thermostat|doorbell/,
  lighting: /bulb|lamp|^light|lifx|yeelink|nanoleaf|^hue-|ledvance|^lb\d{3}|^kl\d{3}/,
  'smart speakers':
    /echo|alexa|google-?home|sonos|speaker|homepod|triby|soundlink|soundtouch|musiccast|libratone/,
  televisions:
    /(?:^|[^a-z])tv|roku|chromecast|bravia|firetv|appletv|^aft[a-z]{1,2}|webos|shield|playstation|xbox/,
  printers:
    /(?<!s|blue|foot|finger)print|^npi[0-9a-f]{6}|^br[nw][0-9a-f]{6}|^hp[0-9a-f]{6}|^epson|^canon|^km[0-9a-f]{6}|officejet|laserjet|deskjet|pixma|^xrx|^xerox|kyocera|lexmark|^ricoh|^rnp[0-9a-f]{6}|^et[0-9a-f]{12}|bizhub/,
  workstations:
    /workstation|^wks|^ws-?\d|desktop|laptop|notebook|(?:^|-)pc(?:-|\d|$)|macbook|imac|mac-?mini|thinkpad|^client|ubuntu|kali|^win-?(?:7|8|10|11|xp)|^user|-mbp/,
  servers:
    /^srv|server|^fs-?\d|^mail|^mx\d|^exch|sql|^db-?\d|^www|^web-?\d|(?:^|[^a-z])nas(?![a-z])|synology|diskstation|qnap|^esxi|backup/,
  'domain controllers': /(?:^|[^a-z])p?b?dc-?\d*(?![a-z])|domain-?controller|adds/,
  'operator stations':
    /hmi|scada|wincc|operator|^op-?\d|panel|^os-?\d|^es-?\d|engineer|historian|factorytalk|intouch|citect/,
  controllers:
    /(?:^|[^a-z])(?:plc|rtu)|^s7-?\d|simatic|^cpu-?\d|et200|logix|modicon|^bac-?\d|bacnet|^mbs-?\d|sel-?\d{3}/,
  'mobile phones': /iphone|ipad|android|galaxy|pixel|oneplus|huawei|redmi/,
  telephones: /^sep[0-9a-f]{12}|(?<!i|smart)phone|polycom|yealink|grandstream|^snom/,
  'health devices': /scale|withings|^wbs\d|^aria(?![a-z])|bodycard|fitbit|^ws-?\d\dwifi/,
  locks: /(?<!c|b)lock(?!et)|august|nuki/,
  'household appliances':
    /kettle|coffee|fridge|freezer|oven|washer|dryer|vacuum|roomba|cooker|toaster|smarter|dyson|kitchen/,
  'network equipment':
    /router|fritz|openwrt|(?:^|-)ap-?\d|unifi|airport|timecapsule|switch-?\d|firewall|^gw|wlan|^edgerouter|mikrotik/,
} as const;

/** Ends of the names of services on the Internet and in a network. */
const services = {
  'voice assistants':
    'avs-alexa-na.amazon.com, avs-alexa-eu.amazon.com, avs-alexa-4-na.amazon.com, bob-dispatch-prod-na.amazon.com, bob-dispatch-prod-eu.amazon.com, pindorama.amazon.com, api.amazonalexa.com, alexa.amazon.com, device-metrics-us.amazon.com, dcape-na.amazon.com, dcape-eu.amazon.com, todo-ta-g7g.amazon.com, arcus-uswest.amazon.com, softwareupdates.amazon.com, prod.amcs-tachyon.com, fireoscaptiveportal.com',
  'music services':
    'spotify.com, scdn.co, sonos.com, tunein.com, radiotime.com, pandora.com, deezer.com, tidal.com, iheart.com, vtuner.com, airable.io, libratone.com, invoxia.com, triby.com, streamtheworld.com, vonage.com',
  'video services':
    'netflix.com, nflxso.net, nflxvideo.net, roku.com, hulu.com, youtube.com, googlevideo.com, ytimg.com, primevideo.com, plex.tv, samsungotn.net, lgtvsdp.com',
  'camera clouds':
    'dropcam.com, nest.com, arlo.com, ring.com, immedia-semi.com, blinkforhome.com, wyzecam.com, wyze.com, hik-connect.com, ezvizlife.com, easy4ip.com, dahuaddns.com, foscam.com, myfoscam.org, netatmo.net, amcrestcloud.com, reolink.com, iotcplatform.com, vstarcam.com, eye4.cn, canaryis.com, mydlink.com, ivideon.com, camcloud.com, p2p-oracle.com, tplinkcamera.net, uniview.com, logitech.com, simplisafe.com',
  'plug clouds':
    'tplinkra.com, tplinkcloud.com, xbcs.net, belkin.com, tuyaus.com, tuyaeu.com, tuyacn.com, airtake.me, coolkit.cc, coolkit.cn, ewelink.cc, myedimax.com, edimax.com, meross.com, ibroadlink.com, shelly.cloud, ayla.com, aylanetworks.com',
  'hub clouds':
    'smartthings.com, meethue.com, ecdinterface.philips.com, dcp.cpp.philips.com, dcs.cpp.philips.com, eq-3.de, homematic.com, wink.com, winkapp.com, insteon.com, lightwaverf.com, tado.com, lightify-api.org, arrayent.com, gigaset-elements.com, gigaset-elements.de, alarm.com, xively.com, homewizard.com, fibaro.com, athom.com, elro.eu, somfy.com, control4.com, ednet-living.com, securenettech.com, zonoff.com',
  'lighting clouds':
    'lifx.co, lifx.com, ledvance.com, nanoleaf.me, yeelight.com, ikea.com, wiz.world, lutron.com',
  'health clouds':
    'withings.net, withings.com, fitbit.com, garmin.com, qardio.com, ihealthlabs.com, blipcare.com, omronhealthcare.com',
  'appliance clouds':
    'irobotapi.com, irobot.com, smarter.am, home-connect.com, miele.com, samsungiotcloud.com, lgthinq.com, dyson.com, anovaculinary.com, electrolux.com, ecovacs.com, gehomeapi.com',
  'lock clouds': 'august.com, nuki.io, lockitron.com, u-tec.com, danalock.com, kwikset.com',
  'printer services':
    'hpeprint.com, hpconnected.com, hpsmart.com, epsonconnect.com, canon-europe.com, c-ij.com, brother.com, kodak.com, lexmark.com, xerox.com',
  'Windows services':
    'windowsupdate.com, update.microsoft.com, msftncsi.com, msftconnecttest.com, data.microsoft.com, time.windows.com, teredo.ipv6.microsoft.com, login.live.com, wns.windows.com, events.data.microsoft.com, delivery.mp.microsoft.com, smartscreen.microsoft.com, msedge.net, bing.com, msn.com',
  'office services':
    'office365.com, office.com, outlook.com, officeapps.live.com, onedrive.com, sharepoint.com, skype.com, slack.com, dropbox.com, zoom.us, teams.microsoft.com, live.com',
  'web sites':
    'detectportal.firefox.com, mozilla.com, mozilla.org, clients1.google.com, clients2.google.com, safebrowsing.googleapis.com, google-analytics.com, doubleclick.net, facebook.com, twitter.com, wikipedia.org, gstatic.com, cloudflare.com, adobe.com, github.com, stackoverflow.com',
  'Linux services':
    'ubuntu.com, debian.org, fedoraproject.org, centos.org, archlinux.org, kali.org, raspberrypi.org, snapcraft.io, canonical.com',
  'Apple services': 'apple.com, icloud.com, itunes.com, mzstatic.com, aaplimg.com, apple-dns.net',
  'phone services':
    'android.clients.google.com, connectivitycheck.android.com, connectivitycheck.gstatic.com, mtalk.google.com, push.apple.com, samsungapps.com, whatsapp.net',
} as const;

/** Beginnings of what is asked for inside a network: directories, and what finds a proxy. */
const localNames = {
  directories: /^_(?:ldap|kerberos|kpasswd|gc)\._(?:tcp|udp)\.|_msdcs\./,
  'proxies and tunnels': /^(?:wpad|isatap)(?:\.|$)/,
  'reverse names': /\.(?:in-addr|ip6)\.arpa$/,
  'time servers': /(?:^|\.)(?:ntp|pool|time)\d?\.|\.pool\.ntp\.org$/,
} as const;

/** What the names of hosts are known for. */
export type HostNameKind = keyof typeof hostNames;

/** What names are known for that are asked for. */
export type ServiceNameKind = keyof typeof services | keyof typeof localNames;

export const hostNameKinds = Object.keys(hostNames) as readonly HostNameKind[];

export const serviceNameKinds = [
  ...Object.keys(services),
  ...Object.keys(localNames),
] as readonly ServiceNameKind[];

/** What a name is known for that a host calls itself; of a whole name the first label counts. */
export function kindsOfHostName(name: string): HostNameKind[] {
  return matching(hostNames, name.toLowerCase().split('.')[0] ?? '');
}

let ends: ReadonlyMap<string, readonly ServiceNameKind[]> | undefined;

/** What a name is known for that is asked for in DNS or TLS. */
export function kindsOfServiceName(name: string): ServiceNameKind[] {
  ends ??= kindsByEnd();
  const lower = name.toLowerCase();
  const found = new Set<ServiceNameKind>(matching(localNames, lower));
  for (let from = 0; from >= 0; from = lower.indexOf('.', from) + 1 || -1) {
    for (const kind of ends.get(lower.slice(from)) ?? []) found.add(kind);
  }
  return serviceNameKinds.filter((kind) => found.has(kind));
}

function kindsByEnd(): Map<string, ServiceNameKind[]> {
  const kinds = new Map<string, ServiceNameKind[]>();
  for (const [kind, list] of Object.entries(services)) {
    for (const end of list.split(', ')) kinds.set(end, [...(kinds.get(end) ?? []), kind as ServiceNameKind]);
  }
  return kinds;
}

function matching<K extends string>(patterns: Readonly<Record<K, RegExp>>, text: string): K[] {
  return (Object.keys(patterns) as K[]).filter((kind) => patterns[kind].test(text));
}
