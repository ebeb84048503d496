import{I as e,R as t,c as n,i as r,l as i,r as a,s as o,x as s,z as c}from"./index-DO9nkWps.js";var l=class{constructor(e,t,n={}){this.host=e,this.load=t,this.options=n,this.pending=!1,this.connected=!1,e.addController(this)}hostConnected(){this.connected=!0,this.reload()}hostDisconnected(){this.connected=!1,this.stop()}async reload(){this.stop();let e=this.running=new AbortController;this.pending=!0,this.host.requestUpdate();try{let t=await this.load(e.signal);if(e.signal.aborted)return;this.value=t,this.error=void 0}catch(t){if(e.signal.aborted)return;this.error=t}this.pending=!1,this.host.requestUpdate();let{everyMs:t}=this.options;t&&this.connected&&(this.timer=setTimeout(()=>void this.reload(),t))}set(e){this.value=e,this.error=void 0,this.host.requestUpdate()}show(e){return this.value===void 0?this.error===void 0?s`<p class="loading" role="status">${c.common.loading}</p>`:s`<div class="notice notice-error" role="alert">
        <p>${t(this.error)}</p>
        <button type="button" @click=${()=>this.reload()}>${c.common.tryAgain}</button>
      </div>`:e(this.value)}stop(){this.running?.abort(),clearTimeout(this.timer)}},u=`"$RELAY_USER:$RELAY_PASSWORD"`;function d(t){let n=[`curl -u ${u}`];return t.method!==`GET`&&(n[0]+=` -X ${t.method}`),t.ifMatch!==void 0&&n.push(`-H ${f(`If-Match: ${t.ifMatch}`)}`),t.body!==void 0&&(n.push(`-H 'Content-Type: application/json'`),n.push(`-d ${f(JSON.stringify(t.body,null,2))}`)),n.push(f(location.origin+e(t))),n.join(` \\
  `)}function f(e){return`'${e.replaceAll(`'`,`'\\''`)}'`}var p=2e3,m=class extends r{constructor(...e){super(...e),this.text=``,this.label=``,this.copied=!1}render(){return s`<button
      type="button"
      class="small"
      aria-label="${c.common.copy}: ${this.label}"
      @click=${()=>this.copy()}
    >
      <span aria-live="polite">${this.copied?c.common.copied:c.common.copy}</span>
    </button>`}async copy(){navigator.clipboard?await navigator.clipboard.writeText(this.text):h(this.text),this.copied=!0,setTimeout(()=>this.copied=!1,p)}};a([n({attribute:!1})],m.prototype,`text`,void 0),a([n({attribute:!1})],m.prototype,`label`,void 0),a([o()],m.prototype,`copied`,void 0),m=a([i(`relay-copy`)],m);function h(e){let t=document.createElement(`textarea`);t.value=e,(document.querySelector(`dialog[open]`)??document.body).append(t),t.select(),document.execCommand(`copy`),t.remove()}function g(e,t){return s`<span class="copyable"
    ><code>${t}</code><relay-copy .label=${e} .text=${t}></relay-copy
  ></span>`}function _(e){let t=e.map(d).join(`

`);return s`<details class="curl">
    <summary>${c.common.asCurl}</summary>
    <div class="curl-content">
      <pre tabindex="0" aria-label=${c.common.asCurl}><code>${t}</code></pre>
      <relay-copy .label=${c.common.asCurl} .text=${t}></relay-copy>
    </div>
  </details>`}export{l as i,g as n,f as r,_ as t};