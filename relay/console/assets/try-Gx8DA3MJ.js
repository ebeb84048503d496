import{A as e,D as t,E as n,F as r,I as i,M as a,P as o,S as s,_ as c,a as l,b as u,n as d,o as f,s as p,t as m,x as h}from"./decorate-cX1b0bKe.js";import{i as g,r as _,t as v}from"./curl-C3dG7kwV.js";import{t as y}from"./field-errors-CPb82UqI.js";import{a as b,i as x,o as S,s as C}from"./fields-Z7HFGbs6.js";import{t as ee}from"./banner-BF1OFPum.js";import{a as te,n as w,r as T,t as E}from"./numbers-CoBbCYtr.js";import{n as ne,r as re,t as D}from"./page-B78qW9Xh.js";import{t as O}from"./tabs-E-1m4f6X.js";import{r as k,s as A,t as ie}from"./index-BtPMuujb.js";import{t as ae}from"./query-CGWuUA7Y.js";import{n as oe,t as se}from"./events-CfRZZNMT.js";import{t as j}from"./badge-Bv1K0zyq.js";import"./table-CX22Ptby.js";var ce=3e3,le=new Set([`complete`,`cut`,`reset`,`unreachable`,`limit`]),ue=class{constructor(e){this.options=e,this.running=!0,this.stopped=new AbortController}stop(){this.stopped.abort()}async run(e){let{recording:t,reconnects:n,onChange:r}=this.options,i=e;for(;;){let e=t.connect(i);if(await this.connect(e,i),r(),this.stopped.signal.aborted||this.error!==void 0||!n()||!pe(e)||(await this.wait(t.retryMs??ce),this.stopped.signal.aborted))break;i=t.lastId}this.running=!1,this.nextMs=void 0,r()}async connect(e,t){let{recording:n,callFrom:r,onChange:i}=this.options;try{for await(let{event:a,data:o}of oe(r(t),this.stopped.signal))de(n,e,a,JSON.parse(o)),i();n.end(e,`cut`,``)}catch(t){this.stopped.signal.aborted?n.end(e,`left`,``):(this.error=t,n.end(e,`refused`,``))}}wait(e){return this.nextMs=this.options.recording.nowMs()+e,this.options.onChange(),new Promise(t=>{let n=setTimeout(i,e),{signal:r}=this.stopped;r.addEventListener(`abort`,i);function i(){clearTimeout(n),r.removeEventListener(`abort`,i),t()}}).then(()=>{this.nextMs=void 0})}};function de(e,t,n,r){if(n===`request`)t.url=r.url;else if(n===`head`){let n=r;t.status=n.status,t.reason=n.reason,t.headers=n.headers,t.requestId=n.requestId??``,t.connectedMs=n.connectedMs,t.headMs=n.atMs,e.headed(t)}else if(n===`bytes`)e.receive(t,fe(r.base64));else if(n===`end`){let{how:n,message:i}=r;e.end(t,n,i)}}function fe(e){return Uint8Array.from(atob(e),e=>e.charCodeAt(0))}function pe(e){if(!le.has(e.how))return!1;if(e.status===void 0)return!0;let t=e.headers.find(e=>e.name.toLowerCase()===`content-type`);return e.status===200&&/^text\/event-stream\b/i.test(t?.value??``)}var M=[`GET`,`POST`,`PUT`,`PATCH`,`DELETE`,`HEAD`,`OPTIONS`],me=e=>t(s(`apis`,e,`_try`));function he(e,t,n){let r=e.data[0];return{listener:r?.listener??``,method:M.includes(n)?n:`GET`,path:t||N(r?.path??`/`),query:[],headers:[{name:`Accept`,value:`text/event-stream`}],credentials:`NONE`,username:``,password:``,key:``,keyHeader:e.apiKeyHeader,token:``,body:``,resumeFrom:``}}var ge={BASIC:`BASIC`,API_KEY:`API_KEY`,JWT:`BEARER`,OAUTH2:`BEARER`};function _e(e){let t=new Set(e.map(e=>ge[e.security?.type??``]??`NONE`));return t.has(`NONE`)?`NONE`:[...t][0]??`NONE`}function N(e){return e.length>1?e.replace(/\/$/,``):e}function P(t,n,r={}){let i=e=>r.shown?`…`:e,a={method:n.method,path:n.path,headers:n.headers.filter(e=>e.name).map(e=>I(e.name)?{...e,value:i(e.value)}:e)},o=F(n);o&&(a.query=o),n.listener&&(a.listener=n.listener),n.body&&(a.body=n.body),n.resumeFrom&&(a.resumeFrom=n.resumeFrom);let c=ve(n,i);return c&&(a.credentials=c),e(s(`apis`,t,`_try`),a)}function ve(e,t){let n=e.credentials;switch(n){case`NONE`:return;case`BASIC`:return{type:n,username:e.username,password:t(e.password)};case`API_KEY`:return{type:n,key:t(e.key),header:e.keyHeader};case`BEARER`:return{type:n,token:t(e.token)}}}function F(e){return new URLSearchParams(e.query.filter(e=>e.name).map(e=>[e.name,e.value])).toString()}function I(e){return/authorization|cookie|key|password|secret|token/i.test(e)}function ye(e,t){let n=t.data.find(t=>t.listener===e.listener&&e.path.startsWith(N(t.path)))??t.data[0],r=n?n.url.slice(0,n.url.length-n.path.length):``,i=F(e);return r+e.path+(i?`?${i}`:``)}function be(e,t,n,r){let i=xe(n,r);switch(e){case`curl`:return Ce(t,n,i,r);case`eventSource`:return we(t,n,i);case`httpxSse`:return Te(t,n,i,r)}}function xe(e,t){let n=(e,n,r,i=``)=>t?{name:e,value:i+n,variable:``}:{name:e,value:i,variable:r},r=e.headers.filter(e=>e.name).map(e=>I(e.name)?n(e.name,e.value,Se(e.name)):{...e,variable:``});return e.credentials===`API_KEY`&&r.push(n(e.keyHeader,e.key,`API_KEY`)),e.credentials===`BEARER`&&r.push(n(`Authorization`,e.token,`TOKEN`,`Bearer `)),e.resumeFrom&&r.push({name:`Last-Event-ID`,value:e.resumeFrom,variable:``}),r}function Se(e){return e.toUpperCase().replace(/[^A-Z0-9_]/g,`_`).replace(/^(?=[0-9])/,`_`)}function Ce(e,t,n,r){let i=[`curl -N`];t.method!==(t.body?`POST`:`GET`)&&(i[0]+=` -X ${t.method}`),t.credentials===`BASIC`&&i.push(r?`-u ${_(`${t.username}:${t.password}`)}`:`-u "$USERNAME:$PASSWORD"`);for(let{name:e,value:t,variable:r}of n)i.push(r?`-H ${_(`${e}: ${t}`)}"$${r}"`:`-H ${_(`${e}: ${t}`)}`);return t.body&&i.push(`--data-raw ${_(t.body)}`),i.push(_(e)),i.join(` \\
  `)}function we(e,t,n){let r=[],i=n.map(e=>e.name).filter(e=>e.toLowerCase()!==`accept`);return t.credentials===`BASIC`&&i.push(`Authorization`),i.length&&r.push(`// An EventSource cannot send: ${i.join(`, `)}`),t.method!==`GET`&&r.push(`// An EventSource sends GET, not ${t.method}`),r.push(`const source = new EventSource(${JSON.stringify(e)});`,`source.onmessage = (event) => console.log(event.lastEventId, event.data);`,`source.addEventListener("relay.gap", (event) => console.warn("gap", event.data));`,`source.onerror = () => console.log("readyState", source.readyState);`),r.join(`
`)}function Te(e,t,n,r){let i=e=>`os.environ["${e}"]`,a=n.map(({name:e,value:t,variable:n})=>{let r=t?JSON.stringify(t):``,a=n?[r,i(n)].filter(Boolean).join(` + `):r||`""`;return`    ${JSON.stringify(e)}: ${a},`}),o=[`headers=headers`];if(t.credentials===`BASIC`){let e=r?JSON.stringify(t.username):i(`USERNAME`),n=r?JSON.stringify(t.password):i(`PASSWORD`);o.push(`auth=(${e}, ${n})`)}t.body&&o.push(`content=${JSON.stringify(t.body)}`);let s=`client, ${JSON.stringify(t.method)}, ${JSON.stringify(e)}, ${o.join(`, `)}`,c=[`import httpx`,`from httpx_sse import connect_sse`,``,`headers = {`,...a,`}`,`with httpx.Client(timeout=None) as client:`,`    with connect_sse(${s}) as source:`,`        for event in source.iter_sse():`,`            print(event.id, event.event, event.data)`];return c.some(e=>e.includes(`os.environ`))&&c.unshift(`import os`,``),c.join(`
`)}var L=i.tryIt,Ee=[`NONE`,`BASIC`,`API_KEY`,`BEARER`];function De({request:e,errors:t,onChange:n}){return u`<div class="try-address">
    ${x({id:`try-method`,label:L.method,value:e.method,options:M.map(e=>({value:e,label:e})),onChange:e=>n({method:e}),error:t.at(`method`)})}
    ${S({id:`try-path`,label:L.path,value:e.path,required:!0,onChange:e=>n({path:e}),error:t.at(`path`)})}
  </div>`}function Oe(e,t){let{request:n,onChange:r}=t;switch(e){case`query`:return R(L.query,n.query,``,t,e=>r({query:e}));case`credentials`:return ke(t);case`body`:return b({id:`try-body`,label:L.body,value:n.body,rows:6,code:!0,hint:L.bodyHint,onChange:e=>r({body:e}),error:t.errors.at(`body`)});case`more`:return Ae(t);default:return R(L.headers,n.headers,`headers`,t,e=>r({headers:e}))}}function R(e,t,n,{errors:r},a){let o=(e,n)=>a(t.map((t,r)=>r===e?{...t,...n}:t));return u`<div class="try-lines">
    ${t.map((s,c)=>u`<div class="try-line">
        ${S({id:`try-${e}-name-${c}`,label:L.lineName(e,c+1),value:s.name,onChange:e=>o(c,{name:e}),error:n?r.at(`${n}[${c}].name`):void 0})}
        ${S({id:`try-${e}-value-${c}`,label:L.lineValue(e,c+1),value:s.value,onChange:e=>o(c,{value:e}),error:n?r.at(`${n}[${c}].value`):void 0})}
        <button
          type="button"
          class="small"
          aria-label=${L.removeLine(e,c+1)}
          @click=${()=>a(t.filter((e,t)=>t!==c))}
        >
          ${i.common.remove}
        </button>
      </div>`)}
    <button
      type="button"
      class="small"
      @click=${()=>a([...t,{name:``,value:``}])}
    >
      ${L.addLine(e)}
    </button>
  </div>`}function ke({request:e,errors:t,onChange:n}){let r=e.credentials;return u`<div class="try-credentials">
    ${x({id:`try-credentials`,label:L.credentials,value:r,options:Ee.map(e=>({value:e,label:L.credentialTypes[e]})),hint:L.credentialsHint,error:t.at(`credentials`),onChange:e=>n({credentials:e})})}
    ${r===`BASIC`?u`${S({id:`try-username`,label:L.username,value:e.username,onChange:e=>n({username:e})})}${z(`password`,e.password,e=>n({password:e}))}`:c}
    ${r===`API_KEY`?u`${S({id:`try-key-header`,label:L.keyHeader,value:e.keyHeader,onChange:e=>n({keyHeader:e}),error:t.at(`credentials.header`)})}${z(`key`,e.key,e=>n({key:e}))}`:c}
    ${r===`BEARER`?z(`token`,e.token,e=>n({token:e})):c}
  </div>`}function z(e,t,n){return S({id:`try-${e}`,label:L[e],value:t,type:`password`,autocomplete:`new-password`,onChange:n})}function Ae({request:e,places:t,errors:n,onChange:r}){let i=[...new Set(t.data.map(e=>e.listener))];return u`<div class="columns">
    ${S({id:`try-resume`,label:L.resumeFrom,value:e.resumeFrom,hint:L.resumeHint,onChange:e=>r({resumeFrom:e}),error:n.at(`resumeFrom`)})}
    ${x({id:`try-listener`,label:L.listener,value:e.listener,options:i.map(e=>({value:e,label:e})),onChange:e=>r({listener:e}),error:n.at(`listener`)})}
  </div>`}var B=i.tryIt.publish,je=20,Me=[`application/json`,`text/plain`],V=class extends d{constructor(...e){super(...e),this.api=``,this.draft={path:``,contentType:`text/plain`,event:``,body:``},this.history=[],this.errors=y.none,this.pending=!1}render(){let{draft:e,errors:t}=this,n=e=>{this.draft={...this.draft,...e}};return D(B.title,u`<form class="try-publish" @submit=${e=>this.submit(e)}>
          <div class="columns">
            ${S({id:`publish-path`,label:B.path,value:this.path,required:!0,hint:B.pathHint,onChange:e=>n({path:e}),error:t.at(`path`)})}
            ${x({id:`publish-type`,label:B.contentType,value:e.contentType,options:Me.map(e=>({value:e,label:e})),onChange:e=>n({contentType:e})})}
            ${S({id:`publish-event`,label:B.event,value:e.event,disabled:e.contentType===`application/json`,hint:e.contentType===`application/json`?B.jsonHint:void 0,onChange:e=>n({event:e})})}
          </div>
          ${b({id:`publish-data`,label:B.data,value:e.body,rows:3,code:!0,required:!0,onChange:e=>n({body:e})})}
          ${t.summary()}
          <div class="row">
            <button class="primary" ?disabled=${this.pending}>${B.submit}</button>
          </div>
        </form>
        ${this.historyList()} ${v([this.call(!0)])}`)}get path(){return this.draft.path||this.request.path}historyList(){return this.history.length?u`<h3>${B.history}</h3>
      <ul class="try-history" aria-live="polite">
        ${this.history.map(e=>u`<li>
            ${j(String(e.status||`–`),e.status>=200&&e.status<300?`good`:`bad`)}
            <span class="muted">${te(e.at)}</span>
            <code class="try-cell">${e.body}</code>
            <code class="try-cell muted">${e.answer}</code>
            <button type="button" class="small" @click=${()=>this.draft=e}>
              ${B.again}
            </button>
          </li>`)}
      </ul>`:c}call(e){let{contentType:t,event:n,body:r}=this.draft,i=[{name:`Content-Type`,value:t}];n&&t!==`application/json`&&i.push({name:`Relay-Event-Type`,value:n});let a={...this.request,method:`POST`,path:this.path,query:[],headers:i,body:r,resumeFrom:``};return P(this.api,a,{shown:e})}async submit(e){e.preventDefault();let t={...this.draft,path:this.path};this.pending=!0,this.errors=y.none;try{let e=await Ne(this.call(!1));this.history=[{...t,...e,at:Date.now()},...this.history].slice(0,je)}catch(e){this.errors=y.of(e)}this.pending=!1}};m([f({attribute:!1})],V.prototype,`api`,void 0),m([f({attribute:!1})],V.prototype,`request`,void 0),m([l()],V.prototype,`draft`,void 0),m([l()],V.prototype,`history`,void 0),m([l()],V.prototype,`errors`,void 0),m([l()],V.prototype,`pending`,void 0),V=m([p(`relay-publish`)],V);async function Ne(e){let t=0,n=``;for await(let{event:r,data:i}of oe(e,new AbortController().signal)){let e=JSON.parse(i);r===`head`?t=e.status:r===`bytes`?n+=atob(e.base64):r===`end`&&!t&&(n=e.message)}return{status:t,answer:n}}var Pe=5e3,Fe=8e6,Ie=5e3,Le=2e6,Re=2e4,ze=`relay.gap`,H=class{constructor(e,t,n){this.most=e,this.mostSize=t,this.sizeOf=n,this.items=[],this.dropped=0,this.size=0}add(e){if(this.items.push(e),this.size+=this.sizeOf(e),this.items.length<=this.most&&this.size<=this.mostSize)return;let t=this.items.length>this.most?Math.ceil(this.most/10):1,n=this.size;for(let e=0;e<this.items.length-1&&!(e>=t&&n<=this.mostSize);e+=1)n-=this.sizeOf(this.items[e]),t=Math.max(t,e+1);this.items=this.items.slice(t),this.size=n,this.dropped+=t}},U=class{constructor(){this.entriesRing=new H(Pe,Fe,e=>e.data.length+100),this.chunksRing=new H(Ie,Le,e=>e.text.length),this.marksRing=new H(Re,1/0,()=>0),this.connections=[],this.counts={event:0,heartbeat:0,gap:0,reconnect:0,cut:0},this.bytes=0,this.lastId=``,this.beganMs=performance.now(),this.numbered=0,this.parser=new se,this.decoder=new TextDecoder}get entries(){return this.entriesRing.items}get chunks(){return this.chunksRing.items}get marks(){return this.marksRing.items}get dropped(){return this.entriesRing.dropped}nowMs(){return performance.now()-this.beganMs}connect(e){let t={number:(this.connections.at(-1)?.number??0)+1,beganMs:this.nowMs(),resumedFrom:e,url:``,status:void 0,reason:``,headers:[],requestId:``,connectedMs:void 0,headMs:void 0,endedMs:void 0,how:``,message:``,bytes:0,events:0};return this.connections.length&&this.mark(`reconnect`),this.connections=[...this.connections.slice(-499),t],this.lastId=e,this.parser=new se(()=>this.heartbeat(t)),this.decoder=new TextDecoder,t}headed(e){e.headers.find(e=>e.name.toLowerCase()===`relay-replay`)?.value===`gap`&&this.mark(`gap`)}receive(e,t){let n=this.decoder.decode(t,{stream:!0});e.bytes+=t.length,this.bytes+=t.length,this.chunksRing.add({number:++this.numbered,connection:e.number,atMs:this.nowMs(),text:n});for(let{event:t,id:r,data:i}of this.parser.push(n))e.events+=1,r&&(this.lastId=r),this.mark(t===ze?`gap`:`event`),this.add(e,`event`,t,r,i);this.retryMs=this.parser.retryMs??this.retryMs}end(e,t,n){e.endedMs===void 0&&(e.endedMs=this.nowMs(),e.how=t,e.message=n,t!==`complete`&&t!==`left`&&this.mark(`cut`))}heartbeat(e){this.mark(`heartbeat`),this.add(e,`heartbeat`,``,``,``)}mark(e){this.counts[e]+=1,this.marksRing.add({kind:e,atMs:this.nowMs()})}add(e,t,n,r,i){let a=this.nowMs(),o=this.previousMs===void 0?void 0:a-this.previousMs;this.previousMs=a,this.entriesRing.add({number:++this.numbered,kind:t,connection:e.number,atMs:a,sinceMs:o,event:n,id:r,data:i})}};function W(e,t){let[n,r]=t===`raw`?[e.chunks.map(e=>e.text).join(``),`stream.txt`]:[e.entries.map(e=>`${JSON.stringify(e)}\n`).join(``),`events.jsonl`],i=URL.createObjectURL(new Blob([n],{type:`application/octet-stream`})),a=document.createElement(`a`);a.href=i,a.download=r,a.click(),URL.revokeObjectURL(i)}var G=i.tryIt.timeline,K=1e3,Be=12e4,Ve=1e4,He={event:[6,24],heartbeat:[26,38],gap:[2,52],reconnect:[2,52],cut:[2,52]},q=[`event`,`heartbeat`,`reconnect`,`gap`,`cut`];function Ue(e,t){let n=e.connections.at(-1),r=n?.endedMs!==void 0&&t===void 0?n.endedMs:e.nowMs(),i=Math.max(r,Ve),a=Math.max(0,i-Be),o=e=>Math.round((Math.min(Math.max(e,a),i)-a)/(i-a)*K);return u`<figure class="timeline">
    <svg
      viewBox="0 0 ${K} 56"
      preserveAspectRatio="none"
      role="img"
      aria-label=${G.summary(e.counts)}
    >
      ${e.connections.filter(e=>(e.endedMs??r)>=a).map(e=>h`<rect
              class="timeline-connection ${e.status!==void 0&&e.status<400?``:`is-bad`}"
              x=${o(e.beganMs)} y="42" height="8"
              width=${Math.max(o(e.endedMs??r)-o(e.beganMs),2)}
            />`)}
      ${t===void 0?c:h`<line class="timeline-wait" x1=${o(n?.endedMs??r)} x2=${o(r)} y1="46" y2="46" />`}
      ${q.map(t=>h`<path class="timeline-${t}" d=${We(e.marks,t,a,o)} />`)}
    </svg>
    <div class="timeline-scale muted">
      <span>${T(a)}</span><span>${T(i)}</span>
    </div>
    <figcaption class="timeline-legend">
      ${q.map(t=>u`<span class="timeline-key timeline-key-${t}"
          >${G.kinds[t](e.counts[t])}</span
        >`)}
    </figcaption>
  </figure>`}function We(e,t,n,r){let i=new Set;for(let a of e)a.kind===t&&a.atMs>=n&&i.add(r(a.atMs));let[a,o]=He[t];return[...i].map(e=>`M${e} ${a}V${o}`).join(``)}var J=i.tryIt;function Ge(e,t,n){let r=t.toLowerCase();return e.filter(e=>(n||e.kind===`event`)&&(!r||`${e.event}\n${e.id}\n${e.data}`.toLowerCase().includes(r))).reverse()}function Ke(e,t,n){let r=[{id:`at`,label:J.columns.at,numeric:!0,cell:e=>T(e.atMs)},{id:`since`,label:J.columns.since,numeric:!0,secondary:!0,cell:e=>e.sinceMs===void 0?`–`:T(e.sinceMs)},{id:`type`,label:J.columns.type,cell:e=>e.kind===`heartbeat`?u`<span class="muted">${J.heartbeat}</span>`:e.event===`relay.gap`?j(e.event,`warn`):e.event},{id:`id`,label:J.columns.id,secondary:!0,cell:e=>u`<code class="try-cell">${e.id}</code>`},...t.map(e=>({id:`pinned-${e}`,label:e,cell:t=>u`<code class="try-cell">${qe(t.data,e)}</code>`})),{id:`data`,label:J.columns.data,cell:e=>e.kind===`heartbeat`?c:u`<button type="button" class="plain small try-data" @click=${()=>n(e)}>
              <code class="try-cell">${e.data.slice(0,300)}</code>
            </button>`}];return u`<relay-table
    class="try-entries"
    .label=${J.tabs.events}
    .columns=${r}
    .rows=${e}
    .key=${e=>String(e.number)}
    .empty=${J.noEvents}
  ></relay-table>`}function qe(e,t){try{let n=JSON.parse(e);for(let e of t.split(`.`))n=n?.[e];return n===void 0?``:typeof n==`string`?n:JSON.stringify(n)}catch{return``}}function Je(e,t){let n=Ye(e.data);return u`<section class="card try-detail" aria-label=${J.detail(e.event)}>
    <div class="card-head">
      <h3>${J.detail(e.event)}</h3>
      <div class="row">
        ${e.id?u`<button type="button" class="small" @click=${t.resume}>
              ${J.resumeFromHere}
            </button>`:c}
        <relay-copy .label=${J.columns.data} .text=${e.data}></relay-copy>
        <button type="button" class="small" @click=${t.close}>${i.common.close}</button>
      </div>
    </div>
    ${ne([[J.columns.id,e.id&&u`<code>${e.id}</code>`],[J.columns.at,T(e.atMs)],[J.columns.connection,String(e.connection)]])}
    <pre tabindex="0" aria-label=${J.columns.data}>${n}</pre>
  </section>`}function Ye(e){try{return JSON.stringify(JSON.parse(e),null,2)}catch{return e}}function Xe(e){if(!e.length)return u`<div class="empty"><p>${J.noBytes}</p></div>`;let t=e.slice(-200);return u`${t.length<e.length?u`<p class="muted">${J.newestReads(t.length)}</p>`:c}
    <div class="try-raw" role="region" aria-label=${J.tabs.raw} tabindex="0">
      ${t.map(e=>u`<div>
          <span class="muted">${T(e.atMs)}</span>
          <pre>${e.text.replaceAll(`\r`,`␍`)}</pre>
        </div>`)}
    </div>`}function Ze(e){return e?.status===void 0?u`<div class="empty"><p>${J.noHead}</p></div>`:u`<dl class="try-headers">
    ${e.headers.map(({name:e,value:t})=>u`<div>
        <dt><code>${e}</code></dt>
        <dd><code>${t}</code></dd>
      </div>`)}
  </dl>`}function Qe(e,t){let n=[{id:`number`,label:J.columns.connection,numeric:!0,cell:e=>e.number},{id:`status`,label:J.columns.status,cell:e=>Y(e)},{id:`duration`,label:J.columns.duration,numeric:!0,cell:e=>e.endedMs===void 0?`–`:T(e.endedMs-e.beganMs)},{id:`events`,label:J.columns.events,numeric:!0,cell:e=>w(e.events)},{id:`bytes`,label:J.columns.bytes,numeric:!0,cell:e=>E(e.bytes)},{id:`resumed`,label:J.columns.resumed,secondary:!0,cell:e=>u`<code class="try-cell">${e.resumedFrom||`–`}</code>`},{id:`end`,label:J.columns.end,cell:e=>X(e)},{id:`record`,label:J.columns.record,cell:e=>e.requestId?u`<a href=${t(e.requestId)}>${J.record}</a>`:`–`}];return u`<relay-table
    .label=${J.tabs.connections}
    .columns=${n}
    .rows=${[...e].reverse()}
    .key=${e=>String(e.number)}
    .empty=${J.noHead}
  ></relay-table>`}function Y(e){let{status:t,reason:n}=e;return t===void 0?u`–`:j(`${t} ${n}`.trim(),t<300?`good`:t<400?`info`:`bad`)}function X(e){let t=J.ends;if(e.endedMs===void 0)return j(J.open,`good`);let n=t[e.how]??e.how,r=e.how===`complete`||e.how===`left`?`plain`:`warn`;return u`<span title=${e.message}>${j(n,r)}</span>`}var Z=i.tryIt,$e=500,et=100,Q=new Map;A.addEventListener(`change`,()=>{A.user||Q.clear()});var $=class extends d{constructor(...e){super(...e),this.api=``,this.requestTab=`headers`,this.responseTab=`events`,this.errors=y.none,this.reconnects=!0,this.filter=``,this.withHeartbeats=!0,this.pinned=``,this.copyKind=`curl`,this.withSecrets=!1,this.recording=new U,this.frame=0,this.renderedMs=0,this.query=new ae(this),this.places=new g(this,async e=>{let[n,r]=await Promise.all([a(me(this.api),e),a(t(s(`apis`,this.api,`plans`),{perPage:100}),e)]),[i,o]=[this.query.get(`path`),this.query.get(`method`)],c=Q.get(this.api);return this.request??=c?{...c,path:i||c.path,method:o||c.method}:{...he(n,i,o),credentials:_e(r.data)},n}),this.definition=new g(this,e=>a(t(s(`apis`,this.api)),e))}disconnectedCallback(){super.disconnectedCallback(),this.client?.stop(),clearInterval(this.timer),cancelAnimationFrame(this.frame)}render(){let e=this.places.error instanceof o&&this.places.error.code===`api.notServed`;return re({title:Z.title,intro:Z.intro,content:e?ee(`warn`,Z.notServed):this.places.show(e=>this.content(e))})}content(e){let t=this.request;return u`<div class="stack">
      ${this.requestCard(e,t)} ${this.responseCard()}
      ${this.publishes?u`<relay-publish .api=${this.api} .request=${t}></relay-publish>`:c}
      ${this.copyCard(e,t)}
    </div>`}get publishes(){let e=this.definition.value;return e?.type===`MESSAGE`&&e.listeners.some(e=>e.entrypoints.some(({type:e})=>e===`http-post`))}requestCard(e,t){let n={request:t,places:e,errors:this.errors,onChange:e=>this.change(e)};return D(Z.request,u`<form class="try-form" @submit=${e=>this.submit(e)}>
          ${De(n)}
          ${O(Z.request,[`query`,`headers`,`credentials`,`body`,`more`].map(e=>({id:e,label:Z.requestTabs[e]})),this.requestTab,e=>this.requestTab=e,Oe(this.requestTab,n))}
          ${this.errors.summary()}
          <div class="row">
            <button class="primary">${this.running?Z.sendAgain:Z.send}</button>
            <button type="button" ?disabled=${!this.running} @click=${()=>this.client?.stop()}>
              ${Z.stop}
            </button>
            <button type="button" ?disabled=${!this.cuttable} @click=${()=>this.cut()}>
              ${Z.cutMe}
            </button>
            ${C({id:`try-reconnects`,label:Z.reconnects,value:this.reconnects,onChange:e=>this.reconnects=e})}
          </div>
        </form>
        ${v([P(this.api,t,{shown:!0})])}`)}responseCard(){let{recording:e}=this,t=e.connections.at(-1);if(!t)return c;let n=this.client?.nextMs;return D(Z.response,u`<div class="row">
          <span class="row" role="status">${Y(t)} ${X(t)}</span>
          ${n===void 0?c:u`<span>${Z.reconnectsIn(T(Math.max(n-e.nowMs(),0)))}</span>`}
          <span class="muted">
            ${Z.figures(t.headMs===void 0?`–`:T(t.headMs),e.counts.event,E(e.bytes))}
          </span>
          ${t.message&&t.how!==`complete`?u`<span>${t.message}</span>`:c}
          ${t.endedMs!==void 0&&t.requestId?u`<a href=${k(`apis`,this.api,`logs`,t.requestId)}>${Z.whyEnded}</a>`:c}
        </div>
        ${Ue(e,n)}
        ${O(Z.response,[`events`,`raw`,`headers`,`connections`].map(e=>({id:`response-${e}`,label:Z.tabs[e]})),`response-${this.responseTab}`,e=>this.responseTab=e.replace(`response-`,``),this.responsePart())}`)}responsePart(){let{recording:e}=this;switch(this.responseTab){case`raw`:return Xe(e.chunks);case`headers`:return Ze(e.connections.at(-1));case`connections`:return Qe(e.connections,e=>k(`apis`,this.api,`logs`,e));default:return this.eventsPart()}}eventsPart(){let e=Ge(this.frozen??this.recording.entries,this.filter,this.withHeartbeats),t=this.pinned.split(/[\s,]+/).filter(Boolean);return u`<div class="filters">
        ${S({id:`try-filter`,label:Z.filter,type:`search`,value:this.filter,onChange:e=>this.filter=e})}
        ${S({id:`try-pinned`,label:Z.pinned,value:this.pinned,placeholder:`price user.id`,onChange:e=>this.pinned=e})}
        ${C({id:`try-heartbeats`,label:Z.showHeartbeats,value:this.withHeartbeats,onChange:e=>this.withHeartbeats=e})}
        <div class="row">
          <button type="button" aria-pressed=${this.frozen!==void 0} @click=${()=>this.freeze()}>
            ${this.frozen?Z.goOn:Z.pause}
          </button>
          <button type="button" @click=${()=>W(this.recording,`events`)}>
            ${Z.saveEvents}
          </button>
          <button type="button" @click=${()=>W(this.recording,`raw`)}>${Z.saveRaw}</button>
        </div>
      </div>
      ${this.recording.dropped?u`<p class="muted">${Z.dropped(w(this.recording.dropped))}</p>`:c}
      ${this.chosen?Je(this.chosen,{resume:()=>this.start(this.chosen.id),close:()=>this.chosen=void 0}):c}
      ${Ke(e,t,e=>this.chosen=e)}`}copyCard(e,t){let n=be(this.copyKind,ye(t,e),t,this.withSecrets);return D(Z.copyAs,u`<div class="filters">
          ${x({id:`try-copy-kind`,label:Z.copyFor,value:this.copyKind,options:[`curl`,`eventSource`,`httpxSse`].map(e=>({value:e,label:Z.copyKinds[e]})),onChange:e=>this.copyKind=e})}
          ${C({id:`try-copy-secrets`,label:Z.withSecrets,value:this.withSecrets,onChange:e=>this.withSecrets=e})}
        </div>
        <div class="try-copy">
          <pre tabindex="0" aria-label=${Z.copyAs}><code>${n}</code></pre>
          <relay-copy .label=${Z.copyKinds[this.copyKind]} .text=${n}></relay-copy>
        </div>`)}get running(){return this.client?.running??!1}get cuttable(){let e=this.recording.connections.at(-1);return this.running&&e?.endedMs===void 0&&!!e?.requestId}change(e){this.request={...this.request,...e},Q.set(this.api,this.request),(e.path!==void 0||e.method!==void 0)&&this.query.set({path:this.request.path,method:this.request.method})}submit(e){e.preventDefault(),this.start(this.request.resumeFrom)}start(e){this.client?.stop(),e===this.request.resumeFrom&&(this.recording=new U),this.frozen=this.chosen=void 0,this.errors=y.none;let t=new ue({recording:this.recording,callFrom:e=>P(this.api,{...this.request,resumeFrom:e}),reconnects:()=>this.reconnects,onChange:()=>this.schedule()});this.client=t,clearInterval(this.timer),this.timer=setInterval(()=>this.schedule(),$e),t.run(e).then(()=>{t===this.client&&(clearInterval(this.timer),t.error&&(this.errors=y.of(t.error)))})}schedule(){if(this.frame)return;let e=t=>{t-this.renderedMs<et?this.frame=requestAnimationFrame(e):(this.frame=0,this.renderedMs=t,this.requestUpdate())};this.frame=requestAnimationFrame(e)}freeze(){this.frozen=this.frozen?void 0:[...this.recording.entries]}async cut(){let{requestId:e}=this.recording.connections.at(-1);try{await a(n(s(`apis`,this.api,`_try`,e))),ie(Z.wasCut)}catch(e){ie(r(e),`error`)}}};m([f({attribute:!1})],$.prototype,`api`,void 0),m([l()],$.prototype,`request`,void 0),m([l()],$.prototype,`requestTab`,void 0),m([l()],$.prototype,`responseTab`,void 0),m([l()],$.prototype,`errors`,void 0),m([l()],$.prototype,`reconnects`,void 0),m([l()],$.prototype,`frozen`,void 0),m([l()],$.prototype,`filter`,void 0),m([l()],$.prototype,`withHeartbeats`,void 0),m([l()],$.prototype,`pinned`,void 0),m([l()],$.prototype,`chosen`,void 0),m([l()],$.prototype,`copyKind`,void 0),m([l()],$.prototype,`withSecrets`,void 0),$=m([p(`relay-try`)],$);export{$ as Try};