/** The parts of the model card that are prose. */

export const licences = `Sources (captures): Aalto IoT Sentinel device captures, via aucad/sensor-data, 303; ITI/ICS-Security-Tools, 75 (CC BY 4.0);
Mordor lab, OTRF/Security-Datasets, 62 (MIT); the Windows lab of elcabezzonn/Pcaps, 35; Florida Tech smart-home week,
tj-oconnor/IoT-Dataset, 25; cisagov/icsnpp-bacnet, 17 (BSD-3-Clause); Practical Packet Analysis, chrissanders/packets, 17;
CIC IoT 2022 (Sonos One), 10; UNSW IoT traces by way of IQTLabs/NetworkML, 9; and smaller sets of idaholab/Malcolm-Test-Artifacts
(Apache-2.0), markofu/pcaps, arkime (Apache-2.0), ntop/nDPI (LGPL-3.0), Westermo (CC BY 4.0), openwall/john-samples, zeek
(BSD-3-Clause), EC521_PrinterSpoofing, Stratosphere Slips (GPL-2.0). The counts include the 67 attack captures of the behaviour figures.

**Licence caveat.** Most sources carry no licence for the captures as such; Miettinen et al. (ICDCS 2017), Sivanathan et al. and
CIC ask to be cited. The bundle holds weights, thresholds and rounded reference points of sessions (numbers without
addresses, names or payload), no packets. The code's licence (Apache-2.0) does not settle what the sources would say about
models; settle that before you redistribute this bundle in a product.`;

export const limits = `## Limits

- Roles are those of the tables and no others. A device of another role should come out as Unknown; a quarter of the devices of
  known roles do so, too.
- One to two devices stand behind the thin roles: they recognise those devices and little else.
- The labels of PLC, RTU, building controller, mail and database server rest on the port that the device answers, which is
  itself a feature; their figures are circular to that degree. Eight labels contradict their role.
- Sizes and timing are not in the layouts. Smart speakers, plugs and hubs of makers never seen are told apart poorly: use the
  group. Workstations, HMIs and controllers of a domain are taken for one another.
- The bundle holds the names of the devices it was trained on, and rounded mean windows of their captures (shares by class of service,
  no addresses), for "nearest known device".
- Hosts of the Windows labs were recorded while others experimented with attack tools; some unusual administration is among
  their normal captures.
- Behaviour: "normal" means like that role's training captures in four views: connections and failures within a minute,
  administrative reach, single sessions, contacts with single peers. Seen: scans of or by the device, ARP spoofing, remote
  administration between workstations (nearly all of that from one laboratory), in the lab also beacons and bulk uploads. Not
  seen without \`--names\`: process commands to PLCs. Not seen at all: command channels that look like ordinary sessions,
  theft over remote procedure calls. Router and kitchen appliance have too few captures or devices for a verdict; printers and
  the roles of the lab are compared with the lab's.
- Half of the captures are shorter than 64 seconds; two of three are from 2016.

## Use

For inventories and for a first look at an unknown network; train on your own captures before acting on answers. Not for
decisions about people, and not as the only ground for blocking a device.`;

export const labLimits = `

The lab: all its stacks are Linux, all servers free software: Samba is no Windows server, ippeveprinter no hardware, and
"Exchange server" means a server of mail and calendars by its ports. Roles that only the lab has were never seen on a
network of strangers: take them for suggestions.`;

/** What is said of captures left out by themselves, from the record of such an evaluation. */
export function capturesLeftOut({ accuracy, roleBalancedRecall, calibration, knownDevices }) {
  const known =
    knownDevices === undefined
      ? ''
      : `Of the ${knownDevices.captures} captures whose device has others (${knownDevices.devices} devices) ${knownDevices.right} are right (${(knownDevices.right / knownDevices.captures).toFixed(3)}; ${knownDevices.roleBalancedRecall.toFixed(3)} role-balanced)
and ${knownDevices.withinThree} within three (${(knownDevices.withinThree / knownDevices.captures).toFixed(3)}; ${knownDevices.roleBalancedTop3.toFixed(3)} role-balanced). `;
  return `With single captures left out (their devices known as far as they have others; seed 1): ${accuracy.toFixed(3)} by capture, ${roleBalancedRecall.toFixed(3)} role-balanced,
calibration error ${calibration.expectedCalibrationErrorByDevice.toFixed(3)} with every device alike, ${calibration.expectedCalibrationError.toFixed(3)} by capture. ${known}`;
}
