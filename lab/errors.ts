/** A lab run that cannot go on. The lab is a tool beside the product, so its errors are not in the product's table. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
