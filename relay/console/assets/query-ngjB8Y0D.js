import{N as e,_ as t,b as n,c as r,d as i,f as a,g as o,l as s,n as c,p as l}from"./index-Dba79Kt6.js";function u(r,i){let{page:a=1,pageCount:o=1,totalCount:s=0}=r;return n`<nav class="paging" aria-label=${e.common.page(a,o)}>
    <span class="muted">${e.common.rows(s)}</span>
    ${o>1?n`<button type="button" ?disabled=${a<=1} @click=${()=>i(a-1)}>
            ${e.common.previous}
          </button>
          <span>${e.common.page(a,o)}</span>
          <button type="button" ?disabled=${a>=o} @click=${()=>i(a+1)}>
            ${e.common.next}
          </button>`:t}
  </nav>`}var d=40,f=120,p=12,m=class extends s{constructor(...t){super(...t),this.label=``,this.columns=[],this.rows=[],this.key=String,this.empty=e.common.noRows,this.first=0,this.shown=40,this.scrolled=()=>this.measure()}disconnectedCallback(){super.disconnectedCallback(),removeEventListener(`scroll`,this.scrolled,!0),removeEventListener(`resize`,this.scrolled)}connectedCallback(){super.connectedCallback(),addEventListener(`scroll`,this.scrolled,{capture:!0,passive:!0}),addEventListener(`resize`,this.scrolled)}updated(e){e.has(`rows`)&&this.measure()}render(){if(!this.rows.length)return n`<div class="empty"><p>${this.empty}</p></div>`;let e=this.sorted(),r=e.length>=f,i=r?Math.min(this.first,Math.max(e.length-this.shown,0)):0,a=r?Math.min(i+this.shown,e.length):e.length;return n`<div
      class="table ${r?`table-virtual`:``}"
      role="region"
      aria-label=${this.label}
      tabindex="0"
    >
      <table aria-rowcount=${e.length+1}>
        <thead>
          <tr>
            ${this.columns.map(e=>this.head(e))}
          </tr>
        </thead>
        <tbody>
          ${h(i)}
          ${c(e.slice(i,a),e=>this.key(e),(e,r)=>n`<tr
              class=${this.rowClass?.(e)||t}
              aria-rowindex=${i+r+2}
            >
              ${this.columns.map(t=>n`<td class=${_(t)}>${t.cell(e)}</td>`)}
            </tr>`)}
          ${h(e.length-a)}
        </tbody>
      </table>
    </div>`}head(e){if(!e.sort)return n`<th scope="col" class=${_(e)}>${e.label}</th>`;let[t,r]=g(this.sort),i=t===e.id?r?`descending`:`ascending`:`none`;return n`<th scope="col" class=${_(e)} aria-sort=${i}>
      <button type="button" class="table-sort" @click=${()=>this.choose(e.id)}>
        ${e.label}
      </button>
    </th>`}choose(e){let t=this.sort===e?`-${e}`:e;this.sort=t,this.dispatchEvent(new CustomEvent(`sort`,{detail:t}))}sorted(){let[e,t]=g(this.sort),n=this.columns.find(t=>t.id===e)?.sort;if(typeof n!=`function`)return this.rows;let r=t?-1:1;return[...this.rows].sort((e,t)=>{let[i,a]=[n(e),n(t)];return r*(i<a?-1:+(i>a))})}measure(){if(this.rows.length<f)return;let e=this.querySelector(`.table`),t=this.querySelector(`tbody`);if(!e||!t)return;let n=Math.max(e.getBoundingClientRect().top,0)-t.getBoundingClientRect().top;this.first=Math.max(Math.floor(n/d)-p,0),this.shown=Math.ceil(innerHeight/d)+24}};r([a({attribute:!1})],m.prototype,`label`,void 0),r([a({attribute:!1})],m.prototype,`columns`,void 0),r([a({attribute:!1})],m.prototype,`rows`,void 0),r([a({attribute:!1})],m.prototype,`key`,void 0),r([a({attribute:!1})],m.prototype,`sort`,void 0),r([a({attribute:!1})],m.prototype,`empty`,void 0),r([a({attribute:!1})],m.prototype,`rowClass`,void 0),r([i()],m.prototype,`first`,void 0),r([i()],m.prototype,`shown`,void 0),m=r([l(`relay-table`)],m);function h(e){return e?n`<tr class="table-space" aria-hidden="true">
    <td .height=${String(e*d)}></td>
  </tr>`:t}function g(e){return e?e.startsWith(`-`)?[e.slice(1),!0]:[e,!1]:[``,!1]}function _(e){return[e.numeric?`numeric`:``,e.secondary?`secondary`:``].join(` `).trim()}var v=class{constructor(e,t){this.host=e,this.onChange=t,this.changed=()=>{this.host.requestUpdate(),this.onChange?.()},e.addController(this)}hostConnected(){o.addEventListener(`change`,this.changed)}hostDisconnected(){o.removeEventListener(`change`,this.changed)}get(e){return o.query.get(e)??``}number(e,t){let n=Number(this.get(e));return Number.isInteger(n)&&n>0?n:t}set(e){o.setQuery(e)}};export{u as n,v as t};