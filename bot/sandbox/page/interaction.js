/** What people start with the bot, and how the page shows each way it can end. */

import * as api from "./api.js";
import { addLocal, change, drop } from "./history.js";
import { openModal } from "./modal.js";
import { self } from "./world.js";

export const FAILED = "This interaction failed";
export const SILENT = "The application did not respond";

/** A command shows that it is on its way only when the bot takes its time. */
const PATIENCE = 400;

const refused = (answer) => Boolean(answer?.error) || answer?.answered === false;

/** A button pressed or a choice made. The message carries the wait and the failure. */
export async function use(message, component, values) {
  if (message.pending) return;
  const mark = (edit) => change(message.channel_id, message.id, edit);
  mark({
    pending: component.custom_id,
    failure: null,
    picks: { ...message.picks, [component.custom_id]: values },
  });
  try {
    const answer = await api.click(self().name, {
      message_id: message.id,
      custom_id: component.custom_id,
      values,
    });
    mark({ pending: null, failure: refused(answer) ? FAILED : null });
    if (answer?.modal) openModal(answer.modal);
  } catch (error) {
    mark({
      pending: null,
      failure: error.silent || error.status === 0 ? FAILED : `${FAILED}: ${error.message}`,
    });
  }
}

/**
 * A slash command or one of the context menu. A request the sandbox refuses (wrong options, no right) is thrown
 * to the caller, who shows it where it was typed; the bot's own silence becomes a line in the channel.
 */
export async function invoke(command, channelId, { options = {}, target = null } = {}) {
  const invoked = { user: self().name, name: command };
  let line = null;
  const timer = setTimeout(() => {
    line = addLocal(channelId, { sending: "Sending command…", invoked });
  }, PATIENCE);
  const fail = (error) => addLocal(channelId, { error, invoked });
  try {
    const body = { command, options, channel_id: channelId };
    const answer = await api.runCommand(self().name, target ? { ...body, target_id: target } : body);
    if (refused(answer)) fail(SILENT);
    if (answer?.modal) openModal(answer.modal);
  } catch (error) {
    if (!error.silent) throw error;
    fail(SILENT);
  } finally {
    clearTimeout(timer);
    if (line) drop(channelId, line);
  }
}
