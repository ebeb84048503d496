import { defineConfig } from "vite";

/** Where `npm run dev` finds the daemon whose REST API the console calls. */
const DAEMON = "http://127.0.0.1:8083";

export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../relay/console/assets",
    // Every file but index.html has a name with a hash of its content.
    assetsDir: "",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/management": DAEMON, "/_node": DAEMON } },
});
