/** A map whose values are made when they are first asked for: a bundle has many roles, and a capture looks at three. */
export class MadeByNeed<T> implements ReadonlyMap<string, T> {
  private readonly places: ReadonlyMap<string, number>;
  private readonly made: T[] = [];
  private readonly make: (place: number) => T;

  /**
   * @param names distinct, in the order of the map
   * @param make the value of a place among them
   */
  constructor(names: readonly string[], make: (place: number) => T) {
    this.places = new Map(names.map((name, place) => [name, place]));
    this.make = make;
  }

  get size(): number {
    return this.places.size;
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  get(name: string): T | undefined {
    const place = this.places.get(name);
    if (place === undefined) return undefined;
    this.made[place] ??= this.make(place);
    return this.made[place];
  }

  keys(): MapIterator<string> {
    return this.places.keys();
  }

  values(): MapIterator<T> {
    return this.whole().values();
  }

  entries(): MapIterator<[string, T]> {
    return this.whole().entries();
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  forEach(work: (value: T, name: string, map: ReadonlyMap<string, T>) => void): void {
    this.whole().forEach((value, name) => {
      work(value, name, this);
    });
  }

  private whole(): Map<string, T> {
    return new Map(Array.from(this.places.keys(), (name) => [name, this.get(name) as T]));
  }
}
