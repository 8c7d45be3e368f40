export type { Client, Wish } from './client.js';
export { type Day, drawDay } from './day.js';
export type { Persona } from './habits.js';
export { administratorPersonas, developerPersonas, officePersonas, trainerPersonas } from './mixes.js';
