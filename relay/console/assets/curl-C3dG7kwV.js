import{F as e,I as t,N as n,a as r,b as i,n as a,o,s,t as c}from"./decorate-cX1b0bKe.js";var l=class{constructor(e,t,n={}){this.host=e,this.load=t,this.options=n,this.pending=!1,this.connected=!1,e.addController(this)}hostConnected(){this.connected=!0,this.reload()}hostDisconnected(){this.connected=!1,this.stop()}async reload(){this.stop();let e=this.running=new AbortController;this.pending=!0,this.host.requestUpdate();try{let t=await this.load(e.signal);if(e.signal.aborted)return;this.value=t,this.error=void 0}catch(t){if(e.signal.aborted)return;this.error=t}this.pending=!1,this.host.requestUpdate();let{everyMs:t}=this.options;t&&this.connected&&(this.timer=setTimeout(()=>void this.reload(),t))}set(e){this.value=e,this.error=void 0,this.host.requestUpdate()}show(n){return this.value===void 0?this.error===void 0?i`<p class="loading" role="status">${t.common.loading}</p>`:i`<div class="notice notice-error" role="alert">
        <p>${e(this.error)}</p>
        <button type="button" @click=${()=>this.reload()}>${t.common.tryAgain}</button>
      </div>`:n(this.value)}stop(){this.running?.abort(),clearTimeout(this.timer)}},u=`"$RELAY_USER:$RELAY_PASSWORD"`;function d(e){let t=[`curl -u ${u}`];return e.method!==`GET`&&(t[0]+=` -X ${e.method}`),e.ifMatch!==void 0&&t.push(`-H ${f(`If-Match: ${e.ifMatch}`)}`),e.body!==void 0&&(t.push(`-H 'Content-Type: application/json'`),t.push(`-d ${f(JSON.stringify(e.body,null,2))}`)),t.push(f(location.origin+n(e))),t.join(` \\
  `)}function f(e){return`'${e.replaceAll(`'`,`'\\''`)}'`}var p=2e3,m=class extends a{constructor(...e){super(...e),this.text=``,this.label=``,this.copied=!1}render(){return i`<button
      type="button"
      class="small"
      aria-label="${t.common.copy}: ${this.label}"
      @click=${()=>this.copy()}
    >
      <span aria-live="polite">${this.copied?t.common.copied:t.common.copy}</span>
    </button>`}async copy(){navigator.clipboard?await navigator.clipboard.writeText(this.text):h(this.text),this.copied=!0,setTimeout(()=>this.copied=!1,p)}};c([o({attribute:!1})],m.prototype,`text`,void 0),c([o({attribute:!1})],m.prototype,`label`,void 0),c([r()],m.prototype,`copied`,void 0),m=c([s(`relay-copy`)],m);function h(e){let t=document.createElement(`textarea`);t.value=e,(document.querySelector(`dialog[open]`)??document.body).append(t),t.select(),document.execCommand(`copy`),t.remove()}function g(e,t){return i`<span class="copyable"
    ><code>${t}</code><relay-copy .label=${e} .text=${t}></relay-copy
  ></span>`}function _(e){let n=e.map(d).join(`

`);return i`<details class="curl">
    <summary>${t.common.asCurl}</summary>
    <div class="curl-content">
      <pre tabindex="0" aria-label=${t.common.asCurl}><code>${n}</code></pre>
      <relay-copy .label=${t.common.asCurl} .text=${n}></relay-copy>
    </div>
  </details>`}export{l as i,g as n,f as r,_ as t};