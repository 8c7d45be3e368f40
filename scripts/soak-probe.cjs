/**
 * Loaded into a worker before its own code (node --require), for the soak: on SIGUSR2 the garbage is collected and a line
 * of JSON written to the file that SOAK_PROBE names, with what is alive in the main thread. Needs --expose-gc.
 */

const { appendFileSync } = require('node:fs');
const { EventEmitter, getEventListeners } = require('node:events');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.SOAK_PROBE !== undefined) watch(process.env.SOAK_PROBE);

function watch(file) {
  const emitters = new Set();
  const signals = new Set();
  // Every emitter calls this when it is made; it knows its listeners for as long as it lives.
  const { init } = EventEmitter;
  EventEmitter.init = function (...words) {
    emitters.add(new WeakRef(this));
    return init.apply(this, words);
  };
  globalThis.AbortController = class extends AbortController {
    constructor() {
      super();
      signals.add(new WeakRef(this.signal));
    }
  };
  const alive = (references, count) => {
    let all = 0;
    let listeners = 0;
    for (const reference of references) {
      const target = reference.deref();
      if (target === undefined) references.delete(reference);
      else {
        all += 1;
        listeners += count(target);
      }
    }
    return { all, listeners };
  };
  const ofEmitter = (emitter) =>
    emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);

  process.on('SIGUSR2', () => {
    // Weak references are kept until the end of the turn in which they were made or followed.
    setTimeout(() => {
      global.gc();
      const resources = process.getActiveResourcesInfo();
      const { all, listeners } = alive(emitters, ofEmitter);
      const abort = alive(signals, (signal) => getEventListeners(signal, 'abort').length);
      appendFileSync(
        file,
        `${JSON.stringify({
          heap: process.memoryUsage().heapUsed,
          timers: resources.filter((name) => name === 'Timeout').length,
          resources: resources.length,
          emitters: all,
          listeners: listeners + ofEmitter(process),
          signals: abort.all,
          abortListeners: abort.listeners,
        })}\n`,
      );
    }, 50);
  });
}
