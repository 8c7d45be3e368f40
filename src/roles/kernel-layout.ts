/** How src/roles tells the kernels of assembly/roles what lies where: records of words, at these bytes. Both sides read this file. */

/** Sparse rows: how many, and where `SparseRows` lies. */
export const ROWS_COUNT = 0;
export const ROWS_START = 4;
export const ROWS_INDICES = 8;
export const ROWS_VALUES = 12;
export const ROWS_BYTES = 16;

/** A forest, as `PackedForest` has it: how many trees, nodes, leaves, distinct answers, and entries of these. */
export const FOREST_TREES = 0;
export const FOREST_NODES = 4;
export const FOREST_LEAVES = 8;
export const FOREST_ANSWERS = 12;
export const FOREST_ENTRIES = 16;
/** Width of the layout, and how many roles. */
export const FOREST_COLUMNS = 20;
export const FOREST_ROLES = 24;
/** Where its arrays lie. */
export const FOREST_COLUMN = 28;
export const FOREST_THRESHOLD = 32;
export const FOREST_WEIGHT = 36;
export const FOREST_ANSWER = 40;
export const FOREST_STARTS = 44;
export const FOREST_ROLE = 48;
export const FOREST_SHARE = 52;
/** Room for the places of the trees, which the check finds: two words for each, and for where the last one ends. */
export const FOREST_PLACES = 56;
/** Nodes of the largest tree; the check finds it, too. */
export const FOREST_LONGEST = 60;
/** Where the kind of each leaf lies, by how many bits its number is to be shifted for that, and how many kinds there are. */
export const FOREST_KIND = 64;
export const FOREST_KIND_SHIFT = 68;
export const FOREST_KINDS = 72;
export const FOREST_BYTES = 76;

/** The column of a leaf. */
export const FOREST_LEAF = 0xffff;

/** What the check of a forest finds. */
export const FOREST_FINE = 0;
export const FOREST_TOO_MANY_NODES = 1;
export const FOREST_TOO_MANY_LEAVES = 2;
export const FOREST_TOO_MANY_SPLITS = 3;
export const FOREST_NO_ANSWER = 4;
export const FOREST_NO_COLUMN = 5;
export const FOREST_OPEN_END = 6;
export const FOREST_NOT_FILLED = 7;
export const FOREST_OUT_OF_ORDER = 8;
export const FOREST_NO_ROLE = 9;

/** A network: how many columns it has weights for, and which. */
export const LAYER_WIDTH = 0;
export const LAYER_COLUMNS = 4;
/** Where means and deviations of the columns lie; 0 where values count as they are. */
export const LAYER_MEAN = 8;
export const LAYER_DEVIATION = 12;
export const LAYER_HIDDEN = 16;
export const LAYER_W1 = 20;
export const LAYER_B1 = 24;
export const LAYER_ROLES = 28;
export const LAYER_W2 = 32;
export const LAYER_B2 = 36;
/** Width of the layout. */
export const LAYER_LAYOUT = 40;
/** Room: a word for each column of the layout; doubles for each column; for the hidden layer three times; for the roles. */
export const LAYER_PLACES = 44;
export const LAYER_ABSENT = 48;
export const LAYER_BASE = 52;
export const LAYER_SUMS = 56;
export const LAYER_WHOLE = 60;
export const LAYER_OUTPUTS = 64;
export const LAYER_BYTES = 68;

/** The known captures: how many, and where `KnownDevices` lies; room for the roles behind it. */
export const KNOWN_COUNT = 0;
export const KNOWN_START = 4;
export const KNOWN_INDICES = 8;
export const KNOWN_VALUES = 12;
export const KNOWN_OWNERS = 16;
export const KNOWN_LABELS = 20;
/** Doubles: the logarithm of what each device counts. */
export const KNOWN_LOGARITHMS = 24;
export const KNOWN_ROLES = 28;
export const KNOWN_BYTES = 32;
