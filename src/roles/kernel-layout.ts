/** How src/roles tells the kernels of assembly/roles what lies where: records of words, at these bytes. Both sides read this file. */

/** Sparse rows: how many, and where `SparseRows` lies. */
export const ROWS_COUNT = 0;
export const ROWS_START = 4;
export const ROWS_INDICES = 8;
export const ROWS_VALUES = 12;

/** A forest, as `PackedForest` has it: how many trees, splits, kinds of leaves, distinct answers, and entries of these. */
export const FOREST_TREES = 0;
export const FOREST_SPLITS = 4;
export const FOREST_KINDS = 8;
export const FOREST_ANSWERS = 12;
export const FOREST_ENTRIES = 16;
/** Width of the layout, and how many roles. */
export const FOREST_COLUMNS = 20;
export const FOREST_ROLES = 24;
/** Where its arrays lie. */
export const FOREST_FIRST = 28;
export const FOREST_COLUMN = 32;
export const FOREST_THRESHOLD = 36;
export const FOREST_CHILD = 40;
export const FOREST_WEIGHT = 44;
export const FOREST_ANSWER = 48;
export const FOREST_STARTS = 52;
export const FOREST_ROLE = 56;
export const FOREST_SHARE = 60;
/** By how many bits the number of a child is to be shifted for its place. */
export const FOREST_CHILD_SHIFT = 64;

/** What the check of a forest finds. */
export const FOREST_FINE = 0;
export const FOREST_OPEN_END = 1;
export const FOREST_NO_COLUMN = 2;
export const FOREST_NO_CHILD = 3;
export const FOREST_NO_ANSWER = 4;
export const FOREST_NOT_FILLED = 5;
export const FOREST_OUT_OF_ORDER = 6;
export const FOREST_NO_ROLE = 7;

/** Networks side by side: how many columns they have weights for, and which. */
export const LAYER_WIDTH = 0;
export const LAYER_COLUMNS = 4;
/** Where means and deviations of the columns lie; 0 where values count as they are. */
export const LAYER_MEAN = 8;
export const LAYER_DEVIATION = 12;
/** How many networks there are, how many hidden units each has, and how many roles. */
export const LAYER_NETS = 16;
export const LAYER_HIDDEN = 20;
export const LAYER_ROLES = 24;
export const LAYER_W1 = 28;
export const LAYER_B1 = 32;
export const LAYER_W2 = 36;
export const LAYER_B2 = 40;
/** Width of the layout. */
export const LAYER_LAYOUT = 44;
/** Room: a word for each column of the layout; doubles for each column, twice for the hidden layers, twice for the roles. */
export const LAYER_PLACES = 48;
export const LAYER_ABSENT = 52;
export const LAYER_SUMS = 56;
export const LAYER_WHOLE = 60;
export const LAYER_OUTPUTS = 64;
export const LAYER_ANSWERS = 68;

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
