import{A as e,F as t,I as n,M as r,_ as i,b as a,n as o,s,t as c,w as l}from"./decorate-cX1b0bKe.js";import{i as u,n as d,t as f}from"./curl-C3dG7kwV.js";import{t as p}from"./badge-Bv1K0zyq.js";import{n as m}from"./dialog-D95cH4qy.js";import{a as h,n as g}from"./numbers-CoBbCYtr.js";import{r as _,t as v}from"./page-B78qW9Xh.js";import"./table-CX22Ptby.js";import{o as y,r as b,t as x}from"./index-BtPMuujb.js";import{a as S,c as C,i as w,l as T,n as E,o as D,r as O,t as k}from"./node-state-CzyEVYDZ.js";var A=n.nodes,j=5e3,M={STARTED:`good`,UNKNOWN:`warn`,STOPPED:`plain`},N=class extends o{constructor(...e){super(...e),this.instances=new u(this,e=>r(T(),e),{everyMs:j}),this.state=new u(this,O,{everyMs:j})}render(){return _({title:A.title,actions:y(`ADMIN`)?a`<button type="button" @click=${()=>this.reload()}>${A.reload}</button>`:i,content:a`${this.instances.show(e=>a`<relay-table
            .label=${A.title}
            .columns=${P}
            .rows=${e.data}
            .key=${e=>e.id}
          ></relay-table>`)}
        ${this.state.show(e=>this.own(e))}`,calls:[T(),C()]})}own({health:e,readiness:t,drain:r}){return a`<div class="columns">
      ${v(A.own,w(e),E(e))}
      ${v(A.readiness,a`<p>${t.ready?A.readyText:A.notReadyText}</p>
          ${D(t)}
          <p class="row">
            ${k(r)} <a href=${b(`live`,`drain`)}>${n.drain.title}</a>
          </p>`,S(t))}
    </div>`}async reload(){let i=e(l(`reload`)),o={...i,query:{dryRun:!0}},s;try{s=await r(o)}catch(e){x(t(e),`error`);return}if(await m(A.reload,e=>({content:a`<p>${A.reloadText}</p>
        <pre tabindex="0" aria-label=${A.reloadReport}><code
          >${JSON.stringify(s,null,2)}</code
        ></pre>
        ${f([o,i])}`,actions:a`<button type="button" @click=${()=>e(void 0)}>
          ${n.common.cancel}
        </button>
        <button type="button" class="primary" @click=${()=>e(!0)}>${A.reload}</button>`})))try{await r(i),x(A.reloaded),await this.state.reload()}catch(e){x(t(e),`error`)}}};N=c([s(`relay-live-nodes`)],N);var P=[{id:`host`,label:A.host,cell:e=>a`<strong>${e.hostname}</strong> <code class="muted node-id">${e.id}</code>`},{id:`state`,label:A.state,cell:e=>p(A.states[e.state],M[e.state])},{id:`heartbeat`,label:A.heartbeat,cell:e=>h(e.lastHeartbeatAt)},{id:`inForce`,label:A.inForce,numeric:!0,cell:e=>g(e.apis.inForce)},{id:`rejected`,label:A.rejected,numeric:!0,cell:e=>e.apis.rejected?p(g(e.apis.rejected),`bad`):g(e.apis.rejected)},{id:`version`,label:A.version,secondary:!0,cell:e=>e.version??`–`},{id:`urls`,label:A.urls,secondary:!0,cell:e=>(e.urls??[]).map(e=>d(A.urls,e))}];export{N as LiveNodes};