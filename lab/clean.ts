import { rmSync } from 'node:fs';
import { LabError } from './errors.js';
import { endRecorded, loadState, workFolderOf } from './machine/state.js';
import { parseCleanOptions } from './options.js';

try {
  const outFolder = parseCleanOptions(process.argv.slice(2));
  if (loadState(outFolder) === undefined) {
    console.log('lab/clean: nothing is recorded there');
  } else {
    const ended = await endRecorded(outFolder);
    rmSync(workFolderOf(outFolder), { recursive: true, force: true });
    console.log(
      `lab/clean: ended ${ended.length === 0 ? 'nothing, all was gone' : ended.join(', ')}; work folder removed`,
    );
  }
} catch (error) {
  console.error(`lab/clean: ${error instanceof LabError ? error.message : error}`);
  process.exitCode = 1;
}
