/** What a cell can be: CSV has only texts, whole numbers of Parquet are bigints, and lists are arrays of cells. */
export type TableCell = string | number | bigint | boolean | null | undefined | readonly TableCell[] | object;

/** Cells by the name of their column; of an absent column undefined, of a missing cell null or undefined. */
export type TableRow = Readonly<Record<string, TableCell>>;
