import{D as e,I as t,M as n,S as r,_ as i,b as a,n as o,o as s,s as c,t as l}from"./decorate-cX1b0bKe.js";import{i as u}from"./curl-C3dG7kwV.js";import{t as d}from"./badge-Bv1K0zyq.js";import{i as f}from"./fields-Z7HFGbs6.js";import{a as p,n as m,r as h}from"./numbers-CoBbCYtr.js";import{r as g}from"./page-B78qW9Xh.js";import{t as _}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{t as v}from"./query-CGWuUA7Y.js";import{r as y}from"./index-BtPMuujb.js";var b=t.definition.health,x=5e3,S=25,C=class extends o{constructor(...e){super(...e),this.api=``,this.query=new v(this,()=>void this.loader.reload()),this.loader=new u(this,e=>this.load(e),{everyMs:x})}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}get calls(){let t=(...e)=>r(`apis`,this.api,`health`,...e);return[e(t(`endpoints`)),e(t(`availability`),{field:`endpoint`}),e(t(`average-response-time`),{field:`endpoint`}),e(t(`logs`),{success:this.query.get(`success`),page:this.query.number(`page`,1),perPage:S})]}async load(e){let[t,r,i,a]=this.calls,[o,s,c,l]=await Promise.all([n(t,e),n(r,e),n(i,e),n(a,e)]);return{endpoints:o.data,availability:s,times:c,logs:l}}render(){return g({title:b.title,intro:b.intro,content:this.loader.show(e=>e.endpoints.length?a`${this.endpoints(e)} ${this.logs(e.logs)}`:a`<div class="empty">
              <p>${b.none}</p>
              <a href=${y(`apis`,this.api,`endpoints`)}>${b.toEndpoints}</a>
            </div>`),calls:this.calls})}endpoints(e){let t=[{id:`endpoint`,label:b.endpoint,cell:e=>e.endpoint,sort:e=>e.endpoint},{id:`status`,label:b.status,cell:e=>d(e.status,e.available?`good`:`bad`),sort:e=>e.status},{id:`availability`,label:b.availability,numeric:!0,cell:t=>w(e.availability.group[t.endpoint]),sort:t=>e.availability.group[t.endpoint]??0},{id:`time`,label:b.averageTime,numeric:!0,cell:t=>T(e.times.group[t.endpoint]),sort:t=>e.times.group[t.endpoint]??0}];return a`<relay-table
      .label=${b.endpoints}
      .columns=${t}
      .rows=${e.endpoints}
      .key=${e=>e.endpoint}
    ></relay-table>`}logs(e){let t=[{id:`time`,label:b.time,cell:e=>p(e.timestamp)},{id:`endpoint`,label:b.endpoint,cell:e=>e.endpointName},{id:`result`,label:b.result,cell:e=>d(e.success?b.passed:b.failed,e.success?`good`:`bad`)},{id:`status`,label:b.response,cell:e=>a`${e.steps[0]?.request.method} ${e.steps[0]?.response.status??i}
          ${e.steps[0]?.message??i}`},{id:`took`,label:b.took,numeric:!0,cell:e=>T(e.responseTime)},{id:`gateway`,label:b.gateway,cell:e=>e.gatewayId,secondary:!0}];return a`<h2>${b.logs}</h2>
      <div class="filters">
        ${f({id:`health-success`,label:b.result,value:this.query.get(`success`),options:[{value:``,label:b.all},{value:`true`,label:b.passed},{value:`false`,label:b.failed}],onChange:e=>this.query.set({success:e,page:void 0})})}
      </div>
      <relay-table
        .label=${b.logs}
        .columns=${t}
        .rows=${e.data}
        .key=${e=>e.id}
      ></relay-table>
      ${_(e.pagination,e=>this.query.set({page:e===1?void 0:String(e)}))}`}};l([s({attribute:!1})],C.prototype,`api`,void 0),C=l([c(`relay-api-health`)],C);function w(e){return e===void 0?``:`${m(Math.round(e*1e4)/100)} %`}function T(e){return e===void 0?``:h(e)}export{C as Health};