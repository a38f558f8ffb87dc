/** The settings, and what they were made for. */
import { said } from "../../../text/said.ts";
import { fail, type GatewayRule, ok, unknown, warn } from "../rule.ts";

export const SETTINGS_RULES: readonly GatewayRule[] = [
  {
    id: "settings",
    group: "settings",
    needs: [],
    judge: ({ settings }) => {
      const { path } = settings;
      switch (settings.state) {
        case "missing":
          return fail(
            said("doctor.settingsMissing", { path }),
            said("doctor.settingsMissingNext", { path }),
            {
              path,
            },
          );
        case "unreadable": {
          const { reason, isForbidden } = settings;
          const judge = isForbidden ? unknown : fail;
          return judge(said("doctor.settingsUnreadable", { path, reason }), said("doctor.asRoot"), { path });
        }
        case "wrong": {
          const [first] = settings.troubles;
          const count = settings.troubles.length;
          const key = first?.key || "TOML";
          return fail(
            said("doctor.settingsWrong", { path, count, key }),
            said("doctor.settingsWrongNext", { path }),
            { path, troubles: count, firstKey: key },
          );
        }
        case "good": {
          const [first] = settings.warnings;
          const count = settings.warnings.length;
          if (first === undefined) return ok(said("doctor.settingsGood", { path }), { path, warnings: 0 });
          return warn(
            said("doctor.settingsWarned", { path, key: first.key, what: first.text }),
            said("doctor.settingsWrongNext", { path }),
            { path, warnings: count, firstKey: first.key },
          );
        }
      }
    },
  },
  {
    id: "profile",
    group: "settings",
    needs: ["settings"],
    judge: ({ settings }) => {
      if (settings.state !== "good" || settings.profile === undefined) return undefined;
      const { how, name = "?", candidates } = settings.profile;
      const evidence = { profile: name, how };
      if (how === "set" || how === "recognised") return ok(said("doctor.profileKnown", { name }), evidence);
      if (how === "missing")
        return warn(said("doctor.profileMissing"), said("doctor.profileMissingNext"), evidence);
      const finding =
        how === "ambiguous"
          ? said("doctor.profileAmbiguous", { candidates: candidates.join(", ") })
          : said("doctor.profileUnknown", { name });
      return warn(finding, said("doctor.profileNext"), evidence);
    },
  },
];
