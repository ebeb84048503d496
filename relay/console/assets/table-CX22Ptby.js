import{I as e,_ as t,a as n,b as r,n as i,o as a,s as o,t as s}from"./decorate-cX1b0bKe.js";import{n as c}from"./index-BtPMuujb.js";var l=40,u=120,d=12,f=8,p=class extends i{constructor(...t){super(...t),this.label=``,this.columns=[],this.rows=[],this.key=String,this.empty=e.common.noRows,this.first=0,this.shown=40,this.scrolled=()=>this.measure()}disconnectedCallback(){super.disconnectedCallback(),removeEventListener(`scroll`,this.scrolled,!0),removeEventListener(`resize`,this.scrolled)}connectedCallback(){super.connectedCallback(),addEventListener(`scroll`,this.scrolled,{capture:!0,passive:!0}),addEventListener(`resize`,this.scrolled)}updated(e){let t=e.get(`rows`);e.has(`rows`)&&t?.length!==this.rows.length&&this.measure()}render(){if(!this.rows.length)return r`<div class="empty"><p>${this.empty}</p></div>`;let e=this.sorted(),n=e.length>=u,i=n?Math.min(this.first,Math.max(e.length-this.shown,0)):0,a=n?Math.min(i+this.shown,e.length):e.length;return r`<div
      class="table ${n?`table-virtual`:``}"
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
          ${m(i)}
          ${c(e.slice(i,a),e=>this.key(e),(e,n)=>r`<tr
              class=${this.rowClass?.(e)||t}
              aria-rowindex=${i+n+2}
            >
              ${this.columns.map(t=>r`<td class=${g(t)}>${t.cell(e)}</td>`)}
            </tr>`)}
          ${m(e.length-a)}
        </tbody>
      </table>
    </div>`}head(e){if(!e.sort)return r`<th scope="col" class=${g(e)}>${e.label}</th>`;let[t,n]=h(this.sort),i=t===e.id?n?`descending`:`ascending`:`none`;return r`<th scope="col" class=${g(e)} aria-sort=${i}>
      <button type="button" class="table-sort" @click=${()=>this.choose(e.id)}>
        ${e.label}
      </button>
    </th>`}choose(e){let t=this.sort===e?`-${e}`:e;this.sort=t,this.dispatchEvent(new CustomEvent(`sort`,{detail:t}))}sorted(){let[e,t]=h(this.sort),n=this.columns.find(t=>t.id===e)?.sort;if(typeof n!=`function`)return this.rows;let r=t?-1:1;return[...this.rows].sort((e,t)=>{let[i,a]=[n(e),n(t)];return r*(i<a?-1:+(i>a))})}measure(){if(this.rows.length<u)return;let e=this.querySelector(`.table`),t=this.querySelector(`tbody`);if(!e||!t)return;let n=Math.max(e.getBoundingClientRect().top,0)-t.getBoundingClientRect().top,r=Math.floor(n/l/f)*f;this.first=Math.max(r-d,0),this.shown=Math.ceil(innerHeight/l)+24}};s([a({attribute:!1})],p.prototype,`label`,void 0),s([a({attribute:!1})],p.prototype,`columns`,void 0),s([a({attribute:!1})],p.prototype,`rows`,void 0),s([a({attribute:!1})],p.prototype,`key`,void 0),s([a({attribute:!1})],p.prototype,`sort`,void 0),s([a({attribute:!1})],p.prototype,`empty`,void 0),s([a({attribute:!1})],p.prototype,`rowClass`,void 0),s([n()],p.prototype,`first`,void 0),s([n()],p.prototype,`shown`,void 0),p=s([o(`relay-table`)],p);function m(e){return e?r`<tr class="table-space" aria-hidden="true">
    <td .height=${String(e*l)}></td>
  </tr>`:t}function h(e){return e?e.startsWith(`-`)?[e.slice(1),!0]:[e,!1]:[``,!1]}function g(e){return[e.numeric?`numeric`:``,e.secondary?`secondary`:``].join(` `).trim()}